/* The languages of a made-up project, with shares as they are seen in large public code
 * bases. To add one: a row here; shares stay at 1000 in all. */
#include "suites/source.h"

#define LIST(...)                                                                              \
    (const char *const[])                                                                      \
    {                                                                                          \
        __VA_ARGS__, NULL                                                                      \
    }
#define NONE ((const char *const[]){NULL})

#define C_PLAIN                                                                                \
    LIST("int $n = $v + $i;", "$v = $v * $i - $v;", "$v += $v[$i];", "/* $t */",               \
         "$v = $n($v, $i, \"$t\");", "$n($v);", "$v[$i] = $v->$w;", "if ($v > $i)\n    $v--;")
#define C_BLOCKS                                                                               \
    LIST("for (int $w = 0; $w < $i; $w++) {", "}", "if ($v == $i && $v != $i) {", "}",         \
         "while ($v->$w > $i) {", "}", "if ($v < $i) {\n    $v = $i;\n} else {", "}")
#define JS_PLAIN                                                                               \
    LIST("const $n = $v + $i;", "$v.$w = $n($v, $i);", "// $t",                                \
         "const $n = $v.map(($w) => $w.$w * $i);", "console.log(`$t ${$v}`);",                 \
         "$n({ $w: $v, count: $i, label: '$t' });", "return $v ?? $i;")
#define JS_BLOCKS                                                                              \
    LIST("for (const $n of $v) {", "}", "if ($v === $i || $v.$w) {", "}",                      \
         "while ($v.$w < $i) {", "}", "try {", "} catch (error) {\n    $v.push(error);\n}")

const struct whet_source whet__sources[] = {
    {"C", ".c", 170, "src",
     "/* $t. */\n#include \"$w.h\"\n\n#include <stdio.h>\n#include <stdlib.h>\n\n#define "
     "LIMIT $i\n\nstruct $n {\n    int $w;\n    char *label;\n};\n\n",
     "/* $t. */", "static int $f(struct $w *$w, int $w)\n{", "    return $i;\n}", "\n\n", "",
     "    ", C_PLAIN, C_BLOCKS},
    {"C", ".h", 70, "include", "/* $t. */\n#pragma once\n\n#include <stddef.h>\n\n", "/* $t */",
     "static inline int $f(const int *$w, size_t $w)\n{", "    return $i;\n}", "\n\n", "",
     "    ", C_PLAIN, C_BLOCKS},
    {"C++", ".cpp", 90, "src",
     "// $t\n#include <map>\n#include <string>\n#include <vector>\n\nnamespace $w {\n\n",
     "// $t", "template <typename T>\nint $f(const std::vector<T> &$w, int $w)\n{",
     "    return $i;\n}", "\n\n", "\n\n}", "    ",
     LIST("auto $n = $v + $i;", "$v = std::max($v, $i);", "// $t", "std::string $n = \"$t\";",
          "$v.push_back($i);", "$n($v, [&](int $w) { return $w * $i; });"),
     LIST("for (const auto &$n : $v) {", "}", "if ($v.size() > $i) {", "}", "try {",
          "} catch (const std::exception &error) {\n    throw;\n}")},
    {"Python", ".py", 200, "lib",
     "\"\"\"$t.\"\"\"\nimport os\nimport sys\nfrom collections import defaultdict\n\nLIMIT = "
     "$i\n\n",
     "# $t", "def $f($w, $w=$i, **options):", "    return $i", "\n\n\n", "", "    ",
     LIST("$n = $v + $i", "$v[\"$w\"] = $n($v, $i)", "# $t", "$v.append($i)",
          "$n = [item * $i for item in $v if item]", "print(f\"$t {$v}\")",
          "$v.$w = lambda value: value or $i"),
     LIST("for $n in $v:", "", "if $v > $i and not $v:", "", "while $v < $i:", "",
          "with open($v) as $n:", "", "try:", "except ValueError:\n    $v = None")},
    {"JavaScript", ".js", 110, "web", "// $t\n'use strict';\nconst $n = require('./$w');\n\n",
     "/** $t. */", "function $f($n, options) {", "    return $i;\n}", "\n\n",
     "\n\nmodule.exports = { LIMIT: $i };", "    ", JS_PLAIN, JS_BLOCKS},
    {"TypeScript", ".ts", 90, "web",
     "// $t\nimport { $n } from './$w';\n\nexport interface Options {\n    $w: number;\n    "
     "label?: string;\n}\n\n",
     "/** $t. */", "export function $f($n: number[], options: Options): number {",
     "    return $i;\n}", "\n\n", "", "    ", JS_PLAIN, JS_BLOCKS},
    {"Go", ".go", 80, "internal",
     "// Package $w: $t.\npackage $w\n\nimport (\n\t\"fmt\"\n)\n\n", "// $t.",
     "func $f($n []int, limit int) (int, error) {", "\treturn $i, nil\n}", "\n\n", "", "\t",
     LIST("$n := $v + $i", "$v = append($v, $i)", "// $t", "fmt.Println(\"$t\", $v)",
          "$v[$i] = $n($v)"),
     LIST("for _, $n := range $v {", "}", "if $v > $i && $v != $i {", "}", "for $v < $i {",
          "}")},
    {"Rust", ".rs", 60, "crates", "//! $t.\nuse std::collections::HashMap;\n\n", "/// $t.",
     "pub fn $f($n: &[i64], limit: i64) -> i64 {", "    $i\n}", "\n\n", "", "    ",
     LIST("let $n = $v + $i;", "let mut $n = $v.clone();", "// $t", "println!(\"$t {}\", $v);",
          "$v.push($i);", "$n(&$v, |$w| $w * $i);"),
     LIST("for $n in $v.iter() {", "}", "if $v > $i && $v != $i {", "}", "while $v < $i {", "}",
          "match $v {\n    $i => $n($v),\n    _ => {", "    }\n}")},
    {"Java", ".java", 50, "main",
     "// $t\npackage org.example.$w;\n\nimport java.util.List;\n\npublic class Made {\n",
     "/** $t. */", "static int $f(List<Integer> $w, int $n) {", "    return $i;\n}", "\n\n",
     "\n}", "    ",
     LIST("int $n = $v + $i;", "$v.add($i);", "// $t", "System.out.println(\"$t\" + $v);",
          "$v = $n($v, $i);"),
     LIST("for (int $n : $v) {", "}", "if ($v > $i || $v == $i) {", "}", "while ($v < $i) {",
          "}")},
    {"Shell", ".sh", 20, "tools", "#!/bin/sh\n# $t\nset -eu\n\n", "# $t", "$f()\n{", "}",
     "\n\n", "", "    ",
     LIST("$n=$i", "echo \"$t\"", "# $t", "$n \"$w\" $i", "test -f \"$w\" || return $i"),
     LIST("for $w in $w $w $w; do", "done", "if [ -n \"$w\" ]; then", "fi")},
    {"CSS", ".css", 15, "web", "/* $t */\n\n", "/* $t */", ".$f {", "}", "\n\n", "", "    ",
     LIST("margin: $ipx;", "color: rgb($i, $i, $i);", "/* $t */", "padding: 0 $ipx;"), NONE},
    {"Markdown", ".md", 25, "doc", "# $t\n\n", "", "## $t\n", "", "\n\n", "", "",
     LIST("$t $t $t.\n", "- $t", "- `$n`: $t", "$t, $t; $t."), NONE},
    {"YAML", ".yaml", 20, "config", "# $t\nversion: $i\n", "# $t", "$f:", "", "\n", "", "  ",
     LIST("$n_$i: $i", "$n_$i: \"$t\"", "$n_$i: [$i, $i, $i]"), NONE},
};

const size_t whet__source_count = sizeof(whet__sources) / sizeof(whet__sources[0]);
