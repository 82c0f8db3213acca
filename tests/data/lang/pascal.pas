{ block
}
(* block *)
x := '{ text'; // trailing
