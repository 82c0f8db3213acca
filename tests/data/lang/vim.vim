" comment
let a = "text"
