/* The style sheets: one set of colours for light, one for dark, print as light. Text
 * and lines hold a contrast of 4.5 and 3 to 1 (WCAG 2.1 AA) on their ground. No character in
 * here needs escaping in XML. Expected load: once per page. */
#include "view/html_style.h"

#define LIGHT_COLOURS                                                                          \
    "color-scheme: light;\n"                                                                   \
    "--ground: #ffffff; --panel: #f6f7f9; --ink: #1b1f24; --soft: #59636e;\n"                  \
    "--line: #d5dae0; --grid: #e8ebef; --good: #1a7f45; --warn: #8a5a00; --bad: #c0302b;\n"    \
    "--accent: #2459c9; --good-ground: #eef8f1; --warn-ground: #fdf6e7;\n"                     \
    "--bad-ground: #fdf0ef; --note-ground: #eff4fd;\n"                                         \
    "--s0: #2f6fdb; --s1: #b85c00; --s2: #1f8a5b; --s3: #a23b8f;\n"                            \
    "--s4: #0b8597; --s5: #c43d4b; --s6: #6a5acd; --s7: #7a6a1f;\n"

#define DARK_COLOURS                                                                           \
    "color-scheme: dark;\n"                                                                    \
    "--ground: #14171b; --panel: #1c2026; --ink: #e6e9ed; --soft: #9aa5b1;\n"                  \
    "--line: #363d46; --grid: #272c33; --good: #58c583; --warn: #e2b04a; --bad: #f27f76;\n"    \
    "--accent: #84aeff; --good-ground: #16261d; --warn-ground: #2a2314;\n"                     \
    "--bad-ground: #2d1b1a; --note-ground: #182338;\n"                                         \
    "--s0: #6f9ff5; --s1: #e89a4a; --s2: #55bd8b; --s3: #d583c6;\n"                            \
    "--s4: #45b8c9; --s5: #f07d87; --s6: #a99bf5; --s7: #c2b055;\n"

static const char colours[] =
    ":root {\n" LIGHT_COLOURS "}\n"
    "@media screen and (prefers-color-scheme: dark) {\n:root {\n" DARK_COLOURS "}\n}\n";

static const char page_base[] =
    "* { box-sizing: border-box; }\n"
    "html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }\n"
    "body { margin: 0; background: var(--ground); color: var(--ink);\n"
    "  font: 16px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans',\n"
    "    'Liberation Sans', sans-serif; }\n"
    "main { max-width: 60rem; margin: 0 auto; padding: 3rem 1.5rem 2rem; }\n"
    "header { margin-bottom: 2.5rem; }\n"
    "h1, h2, h3 { line-height: 1.25; font-weight: 650; text-wrap: balance; }\n"
    "h1 { font-size: 2rem; letter-spacing: -0.015em; margin: 0; overflow-wrap: anywhere; }\n"
    "h2 { font-size: 1.3rem; letter-spacing: -0.01em; margin: 0 0 1rem; }\n"
    "h3 { font-size: 1.02rem; margin: 1.75rem 0 0.5rem; }\n"
    "p { margin: 0 0 0.9rem; max-width: 44rem; overflow-wrap: break-word; }\n"
    ".eyebrow { color: var(--soft); font-size: 0.85rem; font-weight: 600; margin: 0 0 0.3rem;\n"
    "  letter-spacing: 0.02em; }\n"
    ".lead { font-size: 1.15rem; color: var(--soft); margin: 0.75rem 0 0; }\n"
    "section { margin: 0 0 3rem; }\n"
    "footer { border-top: 1px solid var(--line); padding-top: 1rem; color: var(--soft);\n"
    "  font-size: 0.85rem; overflow-wrap: anywhere; }\n"
    "pre { background: var(--panel); border: 1px solid var(--line); border-radius: 6px;\n"
    "  padding: 0.8rem 1rem; margin: 0 0 1rem; overflow-x: auto; line-height: 1.45; }\n"
    "code { font: 0.875rem ui-monospace, 'SF Mono', 'Cascadia Mono', 'DejaVu Sans Mono',\n"
    "  monospace; }\n";

static const char page_parts[] =
    ".cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr));\n"
    "  gap: 0.9rem; margin: 0 0 2.5rem; }\n"
    ".card { border: 1px solid var(--line); border-radius: 8px; padding: 0.9rem 1.1rem 1rem;\n"
    "  background: var(--panel); min-width: 0; }\n"
    ".card dt { color: var(--soft); font-size: 0.85rem; }\n"
    ".card dd { margin: 0; overflow-wrap: anywhere; }\n"
    ".card .value { font-size: 1.75rem; font-weight: 650; line-height: 1.25;\n"
    "  letter-spacing: -0.02em; font-variant-numeric: tabular-nums; margin-top: 0.15rem; }\n"
    ".card .note { color: var(--soft); font-size: 0.85rem; margin-top: 0.15rem; }\n"
    ".card.good .value { color: var(--good); } .card.warn .value { color: var(--warn); }\n"
    ".card.bad .value { color: var(--bad); } .card.accent .value { color: var(--accent); }\n"
    ".callout { border-left: 3px solid var(--accent); background: var(--note-ground);\n"
    "  border-radius: 0 6px 6px 0; padding: 0.75rem 1.1rem; margin: 0 0 0.75rem;\n"
    "  display: grid; grid-template-columns: 4.5rem 1fr; column-gap: 0.75rem; }\n"
    ".callout p { margin: 0; grid-column: 2; } .callout .what { font-weight: 600; }\n"
    ".callout .kind { grid-column: 1; grid-row: 1 / span 2; color: var(--accent);\n"
    "  font-size: 0.85rem; font-weight: 650; line-height: 1.5rem; }\n"
    ".callout.good { border-color: var(--good); background: var(--good-ground); }\n"
    ".callout.good .kind { color: var(--good); }\n"
    ".callout.warn { border-color: var(--warn); background: var(--warn-ground); }\n"
    ".callout.warn .kind { color: var(--warn); }\n"
    ".callout.bad { border-color: var(--bad); background: var(--bad-ground); }\n"
    ".callout.bad .kind { color: var(--bad); }\n"
    ".facts { margin: 0 0 1.5rem; border-top: 1px solid var(--grid); }\n"
    ".facts div { display: grid; grid-template-columns: minmax(8rem, 14rem) 1fr; gap: 1.5rem;\n"
    "  padding: 0.4rem 0; border-bottom: 1px solid var(--grid); }\n"
    ".facts dt { color: var(--soft); } .facts dd { margin: 0; overflow-wrap: anywhere; }\n";

static const char page_tables[] =
    ".table { overflow-x: auto; margin: 0 0 1.5rem; }\n"
    "table { border-collapse: collapse; width: 100%; font-size: 0.9rem;\n"
    "  font-variant-numeric: tabular-nums; }\n"
    "caption { text-align: left; color: var(--soft); padding-bottom: 0.5rem; }\n"
    "th, td { text-align: left; font-weight: 400; padding: 0.5rem 0.75rem;\n"
    "  border-bottom: 1px solid var(--grid); vertical-align: baseline; white-space: nowrap; }\n"
    "th:first-child { padding-left: 0; white-space: normal; min-width: 8rem; }\n"
    "tbody th:first-child { overflow-wrap: anywhere; }\n"
    "tr > :last-child { padding-right: 0; }\n"
    "thead th { color: var(--soft); font-weight: 600; border-bottom: 1px solid var(--line);\n"
    "  white-space: normal; vertical-align: bottom; line-height: 1.3; }\n"
    ".right { text-align: right; }\n"
    "td.wrap { white-space: normal; min-width: 9rem; overflow-wrap: anywhere; }\n"
    ".tail { display: inline-block; text-align: left; white-space: pre; }\n"
    ".ruled > *, .total > * { border-top: 1px solid var(--line); }\n"
    ".total > *, th.heading, td.heading { font-weight: 650; }\n"
    "td.good, th.good { color: var(--good); } td.warn, th.warn { color: var(--warn); }\n"
    "td.bad, th.bad { color: var(--bad); } td.dim, th.dim { color: var(--soft); }\n"
    "td.accent, th.accent { color: var(--accent); font-weight: 600; }\n"
    "figure { margin: 0 0 2rem; } figure svg { display: block; width: 100%; height: auto; }\n"
    "details { margin: 0 0 1rem; } details[open] > summary { margin-bottom: 0.75rem; }\n"
    "summary { cursor: pointer; color: var(--accent); font-weight: 600; font-size: 0.95rem;\n"
    "  width: fit-content; }\n"
    "figcaption { color: var(--soft); font-size: 0.85rem; margin-top: 0.5rem;\n"
    "  max-width: 44rem; }\n";

static const char page_media[] =
    "@media (max-width: 36rem) {\n"
    "main { padding: 1.5rem 1rem; } h1 { font-size: 1.6rem; }\n"
    ".facts div { grid-template-columns: 1fr; gap: 0; }\n"
    ".callout { display: block; }\n"
    "figure { overflow-x: auto; } figure svg { min-width: 34rem; }\n"
    "}\n"
    "@media print {\n"
    "@page { margin: 16mm 14mm; }\n"
    "html { font-size: 13px; } body { font-size: 13px; }\n"
    "main { max-width: none; padding: 0; }\n"
    "header { margin-bottom: 1.5rem; } section { margin-bottom: 1.5rem; }\n"
    "h2, h3 { break-after: avoid; }\n"
    "figure, .card, .callout, tr, .facts div { break-inside: avoid; }\n"
    ".cards { grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); }\n"
    ".table { overflow: visible; } th, td { padding: 0.35rem 0.5rem; }\n"
    "pre { white-space: pre-wrap; } summary { color: var(--ink); }\n"
    "details::details-content { content-visibility: visible; height: auto; }\n"
    ".card, .callout, pre, svg { print-color-adjust: exact;\n"
    "  -webkit-print-color-adjust: exact; }\n"
    "}\n";

/* 13 pixels of text per 720 of width: view/svg.h counts on it. */
static const char plot[] =
    ".plot text { font: 13px system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans',\n"
    "  'Liberation Sans', sans-serif; fill: var(--ink); font-variant-numeric: tabular-nums; }\n"
    ".plot .soft, .plot .tick { fill: var(--soft); } .plot .tick { font-size: 12px; }\n"
    ".plot .strong { font-weight: 600; } .plot .name { fill: var(--c); }\n"
    ".plot .grid { stroke: var(--grid); } .plot .axis { stroke: var(--line); }\n"
    ".plot .mark { stroke: var(--soft); stroke-dasharray: 3 3; }\n"
    ".plot .lane { fill: var(--panel); }\n"
    ".plot .whisker { stroke: var(--ink); stroke-width: 1.5; fill: none; opacity: 0.75; }\n"
    ".plot .fill { fill: var(--c); } .plot .dot { fill: var(--c); fill-opacity: 0.6; }\n"
    ".plot .point { fill: var(--c); stroke: var(--ground); stroke-width: 1.5; }\n"
    ".plot .stroke { stroke: var(--c); stroke-width: 2; fill: none;\n"
    "  stroke-linejoin: round; stroke-linecap: round; }\n"
    ".plot .thin { stroke: var(--c); stroke-width: 1.5; fill: none; }\n"
    ".plot .dashed { stroke-dasharray: 5 5; stroke-width: 1.5; }\n"
    ".plot .box { fill: var(--c); fill-opacity: 0.14; stroke: var(--c); }\n"
    ".plot .c-plain { --c: var(--s0); } .plot .c-heading { --c: var(--ink); }\n"
    ".plot .c-good { --c: var(--good); } .plot .c-warn { --c: var(--warn); }\n"
    ".plot .c-bad { --c: var(--bad); } .plot .c-dim { --c: var(--soft); }\n"
    ".plot .c-accent { --c: var(--accent); }\n"
    ".plot .c-0 { --c: var(--s0); } .plot .c-1 { --c: var(--s1); }\n"
    ".plot .c-2 { --c: var(--s2); } .plot .c-3 { --c: var(--s3); }\n"
    ".plot .c-4 { --c: var(--s4); } .plot .c-5 { --c: var(--s5); }\n"
    ".plot .c-6 { --c: var(--s6); } .plot .c-7 { --c: var(--s7); }\n";

void whet__html_style_put_plot(struct whet_text *out)
{
    whet__text_puts(out, colours);
    whet__text_puts(out, "svg { background: var(--ground); }\n");
    whet__text_puts(out, plot);
}

void whet__html_style_put_page(struct whet_text *out)
{
    whet__text_puts(out, colours);
    whet__text_puts(out, page_base);
    whet__text_puts(out, page_parts);
    whet__text_puts(out, page_tables);
    whet__text_puts(out, plot);
    whet__text_puts(out, page_media);
}
