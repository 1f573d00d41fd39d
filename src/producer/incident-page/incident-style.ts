/** The look of an incident's page: light and dark as the reader has it, one column, good on a phone. */
export const INCIDENT_STYLE = `
:root { color-scheme:light dark; --ink:light-dark(#1c1e21,#e6e8eb); --grey:light-dark(#5f656d,#a2a9b2); --line:light-dark(#dfe2e6,#363b43);
  --page:light-dark(#f5f6f8,#14161a); --card:light-dark(#fff,#1d2025); --code:light-dark(#f3f4f6,#14161a); --link:light-dark(#0b5cad,#7ab8ff);
  --good:light-dark(#1a7f4b,#4cc38a); --bad:light-dark(#b3261e,#ff8a80); --warn:light-dark(#8a5a00,#f0b429); }
* { box-sizing:border-box; }
body { margin:0; font:16px/1.5 system-ui,sans-serif; color:var(--ink); background:var(--page); overflow-wrap:anywhere; }
a { color:var(--link); }
header { background:var(--card); border-bottom:1px solid var(--line); }
header > div, main { max-width:62rem; margin:0 auto; padding:0 1rem; }
header > div { padding-top:.8rem; padding-bottom:.8rem; }
h1 { font-size:1.35rem; line-height:1.3; margin:.2rem 0 .5rem; }
h2 { font-size:1.05rem; margin:0 0 .6rem; }
h3 { font-size:.95rem; margin:1rem 0 .3rem; }
p { margin:.3rem 0; }
main { padding-bottom:3rem; }
section { background:var(--card); border:1px solid var(--line); border-radius:.5rem; padding:1rem; margin-top:1rem; scroll-margin-top:1rem; }
nav { display:flex; flex-wrap:wrap; gap:.2rem .9rem; margin-top:.6rem; font-size:.9rem; }
.grey { color:var(--grey); } .small { font-size:.875rem; }
.badge { display:inline-block; border:1px solid currentColor; border-radius:1rem; padding:0 .6rem; font-size:.8rem; font-weight:600; margin-right:.3rem; }
.good { color:var(--good); } .bad { color:var(--bad); } .warn { color:var(--warn); }
.cause { font-size:1.1rem; font-weight:600; }
dl { display:grid; grid-template-columns:minmax(7rem,max-content) 1fr; gap:.2rem 1rem; margin:.3rem 0; }
dt { color:var(--grey); } dd { margin:0; }
ul, ol { margin:.3rem 0; padding-left:1.3rem; } li { margin:.25rem 0; }
meter { width:8rem; vertical-align:middle; }
pre, code { font:.85rem/1.45 ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace; }
pre { background:var(--code); border:1px solid var(--line); border-radius:.35rem; padding:.6rem; margin:.3rem 0; white-space:pre-wrap; max-height:28rem; overflow:auto; }
.scroll { overflow-x:auto; }
table { border-collapse:collapse; width:100%; font-size:.9rem; } th, td { text-align:left; vertical-align:top; padding:.3rem .8rem .3rem 0; border-bottom:1px solid var(--line); }
th { color:var(--grey); font-weight:500; white-space:nowrap; } td.time { white-space:nowrap; }
tr:last-child td { border-bottom:0; }
.charts { display:grid; grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr)); gap:1rem; }
figure { margin:0; } figure img { display:block; width:100%; height:auto; border:1px solid var(--line); border-radius:.4rem; background:#fff; }
figcaption { font-size:.875rem; color:var(--grey); margin-top:.3rem; }
.evidence { border-top:1px solid var(--line); padding:.6rem 0; scroll-margin-top:1rem; } .evidence:first-of-type { border-top:0; }
.evidence:target, :target { outline:2px solid var(--link); outline-offset:3px; border-radius:.2rem; }
.number { font-weight:700; }
summary { cursor:pointer; color:var(--link); font-size:.9rem; }
@media (max-width:34rem) { dl { grid-template-columns:1fr; gap:0; } dd { margin-bottom:.4rem; } section { padding:.8rem; } }
@media print { nav { display:none; } section { break-inside:avoid; } pre { max-height:none; } }
`;
