// a
const a =
    \\ text // text
    \\ "text
;
