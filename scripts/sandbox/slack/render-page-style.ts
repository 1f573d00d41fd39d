/** The look of the channel page: light, calm, close to the real thing. */
export const PAGE_STYLE = `
:root { --ink:#1d1c1d; --grey:#616061; --line:#dddddd; --link:#1264a3; --code:#c01343; --soft:#f8f8f8; }
* { box-sizing:border-box; }
body { margin:0; font:15px/1.46668 "Lato","Helvetica Neue",Helvetica,Arial,"Noto Color Emoji",sans-serif; color:var(--ink); background:#fff; }
header.bar { position:sticky; top:0; z-index:1; display:flex; align-items:baseline; gap:12px; padding:12px 24px; background:#fff; border-bottom:1px solid var(--line); }
header.bar b { font-size:18px; }
header.bar span { color:var(--grey); font-size:13px; }
main { max-width:900px; padding:8px 24px 48px; }
.message { display:flex; gap:10px; padding:8px 0; }
.avatar { flex:0 0 36px; height:36px; border-radius:6px; color:#fff; font-weight:700; line-height:36px; text-align:center; }
.tone0 { background:#4a154b; } .tone1 { background:#1264a3; } .tone2 { background:#2b7a4b; } .tone3 { background:#a35312; } .tone4 { background:#5b5b9a; }
.body { flex:1; min-width:0; overflow-wrap:anywhere; }
.who { line-height:1.3; } .who b { font-weight:900; }
.app { margin-left:4px; padding:0 3px; border-radius:2px; background:#ececec; color:var(--grey); font-size:10px; font-weight:700; vertical-align:1px; }
.when, .edited { margin-left:6px; color:var(--grey); font-size:12px; }
.p { white-space:pre-wrap; }
.block { margin:6px 0; max-width:700px; }
h3 { margin:6px 0; font-size:18px; line-height:1.33; font-weight:900; }
hr { height:1px; margin:12px 0; border:0; background:var(--line); max-width:700px; }
.fields { display:flex; flex-wrap:wrap; gap:8px 16px; margin-top:6px; }
.fields > div { flex:0 0 calc(50% - 8px); min-width:0; } .fields > .wide { flex-basis:100%; }
.context { display:flex; flex-wrap:wrap; gap:2px 12px; margin:6px 0; max-width:700px; color:var(--grey); font-size:12px; }
.context:empty { display:none; }
code { padding:1px 3px; border:1px solid var(--line); border-radius:3px; background:var(--soft); color:var(--code); font:12px/1.5 Monaco,Menlo,Consolas,"DejaVu Sans Mono",monospace; white-space:pre-wrap; }
pre { margin:4px 0; padding:8px; border:1px solid var(--line); border-radius:4px; background:var(--soft); font:12px/1.5 Monaco,Menlo,Consolas,"DejaVu Sans Mono",monospace; white-space:pre-wrap; }
ul, ol { margin:0; padding-left:28px; } .indent1 { margin-left:28px; } .indent2 { margin-left:56px; } .indent3 { margin-left:84px; }
blockquote { margin:4px 0; padding-left:12px; border-left:4px solid var(--line); white-space:pre-wrap; }
a { color:var(--link); text-decoration:none; } a:hover { text-decoration:underline; }
.mention { padding:0 2px; border-radius:3px; background:#e8f5fa; color:var(--link); }
.attachment { margin:4px 0; padding:2px 0 2px 12px; border-left:4px solid; max-width:700px; }
.button { display:inline-block; margin:0 8px 4px 0; padding:2px 12px; border:1px solid #bbb; border-radius:4px; font-weight:700; font-size:13px; }
.unknown, .image, .empty { color:var(--grey); }
figure { margin:6px 0; } figcaption { color:var(--grey); font-size:13px; } figure img { display:block; max-width:360px; border:1px solid var(--line); border-radius:8px; }
.thread { margin:2px 0 10px 46px; padding-left:14px; border-left:2px solid var(--line); }
.thread > .count { color:var(--link); font-size:13px; font-weight:700; }
`;

/** Keeps the page fresh without moving it: fetches itself every 2 s and exchanges what has changed. */
export const PAGE_SCRIPT = `
setInterval(async () => {
  if (document.hidden || !getSelection().isCollapsed) return;
  try {
    const answer = await fetch(location.href, { cache: 'no-store' });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('main');
    const shown = document.querySelector('main');
    if (fresh && fresh.innerHTML !== shown.innerHTML) shown.replaceWith(document.adoptNode(fresh));
  } catch {}
}, 2000);
`;
