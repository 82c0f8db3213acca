#!/usr/bin/env node
// comment
function plain(a) {
  const re = /[/*]"/g.test(a) / 2; // regex, then division
  return a && a.b || a ?? 1;
}
const arrow = (x) => x ? 1 : 2;
const named = function inner() { for (const k in o) { } };
exports.run = async function () {
  for (;;) { while (1) { do { } while (0) } }
};
const object = {
  method() { switch (a) { case 1: case 2: break; default: } },
  key: () => { a ||= 1; },
  "quoted key": function* () {},
  get prop() { return `text ${inner(`nested ${1 + `// ${'}'}`}`)} // text
/* text */
`; },
};
class K {
  field = () => 1;
  #secret() { try { } catch { } }
  static { if (1) { } }
}
list.map((x) => x + 1).filter(function (x) { return x; });
/* a
   block */ export default function () {}
const jsx = <div title="a">{/* jsx */}don't // text</div>;
