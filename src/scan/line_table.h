/* scan/line_table.h - the syntaxes that languages share.
 *
 * Shape    const descriptions, one per family of languages.
 * Units    none.
 * Memory   all static.
 * Errors   none.
 * Threads  safe from any.
 */
#ifndef WHET_SCAN_LINE_TABLE_H
#define WHET_SCAN_LINE_TABLE_H

#include "scan/line_syntax.h"

extern const struct whet_line_syntax whet__lines_ada;
extern const struct whet_line_syntax whet__lines_assembly;
extern const struct whet_line_syntax whet__lines_basic;
extern const struct whet_line_syntax whet__lines_batch;
extern const struct whet_line_syntax whet__lines_c;
extern const struct whet_line_syntax whet__lines_clojure;
extern const struct whet_line_syntax whet__lines_cmake;
extern const struct whet_line_syntax whet__lines_coffee;
extern const struct whet_line_syntax whet__lines_csharp;
extern const struct whet_line_syntax whet__lines_css;
extern const struct whet_line_syntax whet__lines_d;
extern const struct whet_line_syntax whet__lines_dart;
extern const struct whet_line_syntax whet__lines_elixir;
extern const struct whet_line_syntax whet__lines_fortran;
extern const struct whet_line_syntax whet__lines_fortran77;
extern const struct whet_line_syntax whet__lines_fsharp;
extern const struct whet_line_syntax whet__lines_go;
extern const struct whet_line_syntax whet__lines_graphql;
extern const struct whet_line_syntax whet__lines_groovy;
extern const struct whet_line_syntax whet__lines_hash;
extern const struct whet_line_syntax whet__lines_hash_strings;
extern const struct whet_line_syntax whet__lines_haskell;
extern const struct whet_line_syntax whet__lines_ini;
extern const struct whet_line_syntax whet__lines_java;
extern const struct whet_line_syntax whet__lines_javascript;
extern const struct whet_line_syntax whet__lines_julia;
extern const struct whet_line_syntax whet__lines_kotlin;
extern const struct whet_line_syntax whet__lines_lisp;
extern const struct whet_line_syntax whet__lines_lua;
extern const struct whet_line_syntax whet__lines_m4;
extern const struct whet_line_syntax whet__lines_make;
extern const struct whet_line_syntax whet__lines_matlab;
extern const struct whet_line_syntax whet__lines_meson;
extern const struct whet_line_syntax whet__lines_nim;
extern const struct whet_line_syntax whet__lines_nix;
extern const struct whet_line_syntax whet__lines_ocaml;
extern const struct whet_line_syntax whet__lines_pascal;
extern const struct whet_line_syntax whet__lines_percent;
extern const struct whet_line_syntax whet__lines_perl;
extern const struct whet_line_syntax whet__lines_php;
extern const struct whet_line_syntax whet__lines_php_text;
extern const struct whet_line_syntax whet__lines_powershell;
extern const struct whet_line_syntax whet__lines_prolog;
extern const struct whet_line_syntax whet__lines_properties;
extern const struct whet_line_syntax whet__lines_python;
extern const struct whet_line_syntax whet__lines_ruby;
extern const struct whet_line_syntax whet__lines_rust;
extern const struct whet_line_syntax whet__lines_scss;
extern const struct whet_line_syntax whet__lines_shell;
extern const struct whet_line_syntax whet__lines_sql;
extern const struct whet_line_syntax whet__lines_tcl;
extern const struct whet_line_syntax whet__lines_terraform;
extern const struct whet_line_syntax whet__lines_tex;
extern const struct whet_line_syntax whet__lines_text;
extern const struct whet_line_syntax whet__lines_toml;
extern const struct whet_line_syntax whet__lines_vim;
extern const struct whet_line_syntax whet__lines_vue;
extern const struct whet_line_syntax whet__lines_xml;
extern const struct whet_line_syntax whet__lines_yaml;
extern const struct whet_line_syntax whet__lines_zig;

#endif
