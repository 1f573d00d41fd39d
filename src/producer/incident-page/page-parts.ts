import { Html, type HtmlValue, html } from '../../shared/http/html.ts';
import { INCIDENT_STYLE } from './incident-style.ts';

/** A part of the page under its own heading; nothing when there is nothing to show. */
export function section(id: string, title: string, content: HtmlValue): Html | null {
  if (content === null || (Array.isArray(content) && content.length === 0)) return null;
  return html`<section id="${id}"><h2>${title}</h2>${content}</section>`;
}

/** Names with their values; what is null is left out. */
export function facts(pairs: [name: string, value: HtmlValue][]): Html {
  const known = pairs.filter(([, value]) => value !== null && value !== '');
  return html`<dl>${known.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}

/** A list of entries; nothing for none. */
export function list(entries: HtmlValue[], kind: 'ul' | 'ol' = 'ul'): Html | null {
  if (entries.length === 0) return null;
  const items = entries.map((entry) => html`<li>${entry}</li>`);
  return kind === 'ul' ? html`<ul>${items}</ul>` : html`<ol>${items}</ol>`;
}

/** A table with a head; nothing without rows. */
export function table(head: string[], rows: HtmlValue[][]): Html | null {
  if (rows.length === 0) return null;
  const cells = rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`);
  return html`<div class="scroll"><table><thead><tr>${head.map((name) => html`<th>${name}</th>`)}</tr></thead><tbody>${cells}</tbody></table></div>`;
}

/** A time as "2026-11-20 13:40:00 UTC", with the machine's form beside it; the text itself where it is no time. */
export function time(iso: string | null): Html | null {
  if (iso === null) return null;
  const ms = Date.parse(iso);
  if (Number.isNaN(ms)) return html`${iso}`;
  const exact = new Date(ms).toISOString();
  return html`<time datetime="${exact}">${exact.slice(0, 19).replace('T', ' ')} UTC</time>`;
}

/** The evidence that a claim rests on, each number leading to it. */
export function citations(numbers: number[]): Html {
  return html`${numbers.map((number) => html` <a href="#evidence-${number}">[${number}]</a>`)}`;
}

/** A share from 0 to 1 as a bar with its percent. */
export function confidence(share: number): Html {
  const percent = Math.round(share * 100);
  return html`<meter min="0" max="100" value="${percent}">${percent} %</meter> ${percent} %`;
}

/** The beginning of a long text, and how much of it is left out. */
export function beginningOf(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most).toWellFormed()}\n… ${text.length - most} more characters: see GET /api/incidents/:id`;
}

/** A whole page around a body; it loads itself anew every so many seconds, or (null) never. */
export function page(title: string, body: Html, reloadSeconds: number | null): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${reloadSeconds === null ? null : html`<meta http-equiv="refresh" content="${reloadSeconds}">`}
<title>${title} · rca-fleet</title>
<style>${new Html(INCIDENT_STYLE)}</style>
</head>
<body>
${body}
</body>
</html>
`;
}
