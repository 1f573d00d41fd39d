import { type Html, type HtmlValue, html } from '../../shared/http/html.ts';
import type { IncidentDetails } from '../api.ts';
import { beginningOf, citations, facts, list, section, table, time } from './page-parts.ts';

const MOST_TEXT = 4_000;
const MOST_ALERTS = 50;

/** Why an incident has no answer, and how it goes round again; nothing for one that is not dead. */
export function deadSection({ id, state, deadReason, reason }: IncidentDetails): Html | null {
  if (state !== 'dead') return null;
  return section(
    'dead',
    'Dead letter',
    html`<p><span class="badge bad">${deadReason ?? 'dead'}</span> ${reason ?? 'no reason was recorded'}</p>
<p class="small">Send it round again: <code>npm run dead-letters -- redrive ${id}</code>, or Retry on the <a href="/queues">board</a>.</p>`,
  );
}

/** What intake and classification decided, with the reasons. */
export function decisionSection({ decision, agent, priority, reason, slack, traceId }: IncidentDetails): Html | null {
  const { class: alertClass, severity, reasons } = decision;
  const thread = slack.channel ? `${slack.channel}${slack.threadTs ? ` · ${slack.threadTs}` : ''}` : null;
  return section(
    'decision',
    'Decision',
    html`${facts([
      ['Class', alertClass],
      ['Agent', agent],
      ['Severity', severity],
      ['Priority', priority],
      ['State', reason],
      ['Slack thread', thread],
      ['Trace', traceId ?? null],
    ])}${list(reasons)}`,
  );
}

/** The alerts that the incident answers, with what was decided for each. */
export function alertsSection({ alerts }: IncidentDetails): Html | null {
  const shown = alerts.slice(0, MOST_ALERTS).map(alertOf);
  const left = alerts.length - shown.length;
  const more = left > 0 ? html`<p class="grey">${left} more</p>` : null;
  return section('alerts', `Alerts (${alerts.length})`, [...shown, more]);
}

function alertOf({
  title,
  description,
  source,
  status,
  severity,
  receivedAt,
  startsAt,
  url,
  labels,
  ...rest
}: IncidentDetails['alerts'][number]): Html {
  const told = Object.entries(labels);
  return html`<h3>${title}</h3>
${facts([
  ['Received', time(receivedAt)],
  ['Started', time(startsAt)],
  ['Source', html`${source} · ${status} · ${severity}`],
  ['Decision', html`${rest.decision}: ${rest.reason}`],
  ['Address', url],
])}
${description ? html`<p>${beginningOf(description, MOST_TEXT)}</p>` : null}
${told.length > 0 ? html`<details><summary>${told.length} labels</summary>${facts(told)}</details>` : null}`;
}

/** Pictures of what the report rests on. */
export function chartsSection({ charts }: IncidentDetails): Html | null {
  const shown = charts.map(({ url, title, description, evidence, failure }) => {
    const why = failure ? `could not be drawn: ${failure}` : 'is being drawn';
    const picture = url
      ? html`<a href="${url}"><img src="${url}" width="480" height="280" alt="${description}"></a>`
      : html`<p class="grey">The chart of ${title} ${why}</p>`;
    return html`<figure>${picture}<figcaption>${description}${citations(evidence)}</figcaption></figure>`;
  });
  return section('charts', 'Charts', shown.length > 0 ? html`<div class="charts">${shown}</div>` : null);
}

/** What the detectors found in the current run. */
export function findingsSection({ investigations, run }: IncidentDetails): Html | null {
  const findings = investigations.find((item) => item.run === run)?.findings ?? [];
  const rows = findings.map(({ detector, statement, confidence, cause, evidence }): HtmlValue[] => [
    html`${statement}${citations(evidence)}`,
    cause ? 'cause' : 'symptom',
    `${Math.round(confidence * 100)} %`,
    detector,
  ]);
  return section(
    'findings',
    `Findings of the detectors (${rows.length})`,
    table(['Finding', 'Kind', 'Sure', 'Detector'], rows),
  );
}

/** The runs of the investigation with their steps. */
export function runsSection({ investigations }: IncidentDetails): Html | null {
  const runs = investigations.map(
    ({ run, worker, attempts, startedAt, finishedAt, error, progress }) => html`<h3>Run ${run}</h3>
${facts([
  ['Started', time(startedAt)],
  ['Finished', time(finishedAt)],
  ['Worker', worker],
  ['Attempts', attempts],
  ['Error', error],
])}${table(
  ['Step', 'Outcome', 'At'],
  progress.map(({ what, status, outcome, at }) => [what, outcome ?? status, time(at)]),
)}`,
  );
  return section('runs', 'Investigation', runs);
}

/** What was asked, and what came back. */
export function evidenceSection({ evidence }: IncidentDetails): Html | null {
  return section('evidence', `Evidence (${evidence.length})`, evidence.map(evidenceOf));
}

function evidenceOf(item: IncidentDetails['evidence'][number]): Html {
  const { number, capability, server, tool, query, from, to, collectedAt, digest, truncated, hasMore, text } = item;
  const range = from || to ? html`${time(from)} to ${time(to)}` : html`as of ${time(collectedAt)}`;
  return html`<div class="evidence" id="evidence-${number}"><span class="number">[${number}]</span> ${capability} <span class="grey small">${server} · ${tool}</span>
<div class="small"><code>${JSON.stringify(query)}</code></div>
<div class="small grey">${range} · SHA-256 ${digest.slice(0, 16)}…${truncated ? ' · shortened' : ''}${hasMore ? ' · the source has more' : ''}</div>
<details><summary>${text.length} characters</summary><pre>${beginningOf(text, MOST_TEXT)}</pre></details></div>`;
}

/** What stands in Slack, or not yet. */
export function deliveriesSection({ deliveries }: IncidentDetails): Html | null {
  const rows = deliveries.map((row): HtmlValue[] => [
    row.part,
    row.run,
    row.state,
    `${row.shown} of ${row.wanted}`,
    row.channel && row.messageTs ? `${row.channel} · ${row.messageTs}` : null,
    row.lastError,
  ]);
  return section('deliveries', 'Deliveries', table(['Part', 'Run', 'State', 'Shown', 'Where', 'Last error'], rows));
}
