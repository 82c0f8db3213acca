(* a (* nested *)
*)
let a = "(* text *)"
