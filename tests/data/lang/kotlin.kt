/* a /* nested */
*/
val s = """
// text
""" // trailing
val c = '"'
