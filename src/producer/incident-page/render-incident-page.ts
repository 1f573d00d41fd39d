import { type Html, html } from '../../shared/http/html.ts';
import { OPEN_STATES } from '../../shared/incident.ts';
import type { IncidentDetails } from '../api.ts';
import {
  alertsSection,
  chartsSection,
  deadSection,
  decisionSection,
  deliveriesSection,
  evidenceSection,
  findingsSection,
  runsSection,
} from './incident-sections.ts';
import { page, time } from './page-parts.ts';
import { reportSections } from './report-sections.ts';

const TONES: Partial<Record<IncidentDetails['state'], string>> = { posted: 'good', dead: 'bad' };
/** While something is still to come the page loads itself anew, s. */
const RELOAD_SECONDS = 5;

/** The page of one incident: all that is known of it, escaped, without a script; a pure function. */
export function renderIncidentPage(incident: IncidentDetails): Html {
  const sections = html`${deadSection(incident)}${reportSections(incident, chartsSection(incident))}${decisionSection(incident)}${alertsSection(incident)}${findingsSection(incident)}${evidenceSection(incident)}${runsSection(incident)}${deliveriesSection(incident)}`;
  const body = html`${header(incident, sections)}
<main>${sections}</main>`;
  return page(incident.title, body, isUnderWay(incident) ? RELOAD_SECONDS : null);
}

/** What is shown for an id that is none of ours, or no longer. */
export function renderUnknownIncident(): Html {
  const text = 'No incident has this id. Incidents are deleted some time after their end.';
  return page('Unknown incident', html`<header><div><h1>Unknown incident</h1><p>${text}</p></div></header>`, null);
}

function isUnderWay({ state, charts }: IncidentDetails): boolean {
  const isOpen = (OPEN_STATES as readonly string[]).includes(state);
  return isOpen || (state === 'posted' && charts.some(({ url, failure }) => url === null && failure === null));
}

const LINKS: [id: string, name: string][] = [
  ['cause', 'Cause'],
  ['actions', 'Actions'],
  ['timeline', 'Timeline'],
  ['charts', 'Charts'],
  ['alerts', 'Alerts'],
  ['findings', 'Findings'],
  ['evidence', 'Evidence'],
  ['deliveries', 'Deliveries'],
];

function header(incident: IncidentDetails, sections: Html): Html {
  const { id, title, state, severity, service, namespace, createdAt, finishedAt, run } = incident;
  const place = [service, namespace].filter((name) => name !== null).join(' · ');
  // No text of an incident can say this: its quotes are escaped.
  const links = LINKS.filter(([anchor]) => sections.source.includes(`<section id="${anchor}">`));
  return html`<header><div><div class="small grey">rca-fleet · incident ${id}${run > 1 ? ` · run ${run}` : ''}</div>
<h1>${title}</h1>
<div><span class="badge ${TONES[state] ?? 'warn'}">${state.replace('_', ' ')}</span><span class="badge">${severity}</span> ${place}</div>
<div class="small grey">Received ${time(createdAt)}${finishedAt ? html` · ended ${time(finishedAt)}` : null} · <a href="/api/incidents/${id}">JSON</a></div>
<nav>${links.map(([anchor, name]) => html`<a href="#${anchor}">${name}</a>`)}</nav></div></header>`;
}
