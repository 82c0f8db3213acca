//! Crate docs.
/* outer /* nested */ still */
fn plain<'a>(x: &'a str) -> char {
    let c = '"'; let d = '\''; let e = 'é';
    let s = r#"raw " // text
/* text */"#;
    let t = "a // text
        b";
    c
}
impl<T> Thing<T> for Other {
    fn method(&self) -> Result<(), E> {
        if let Some(x) = y && z { }
        for i in 0..3 { while true { loop { break; } } }
        match a {
            1 | 2 => {}
            x if x > 3 => {}
            _ => {}
        }
        let f = |n| n > 0 || n < -3;
        other()?;
        Ok(())
    }
    fn none(&self);
}
macro_rules! m { () => { if a { } } }
