import { Router } from 'express';
import { type Html, type HtmlValue, html } from '../shared/http/html.ts';
import { pageHeaders } from '../shared/http/page-headers.ts';
import { STATUS_TTL_SECONDS } from '../shared/mcp/publish-status.ts';
import type { McpStatusStore, PublishedMcpStatus } from '../shared/store/mcp-status-store.ts';
import { INCIDENT_STYLE } from './incident-page/incident-style.ts';
import { page, section, table, time } from './incident-page/page-parts.ts';

const RELOAD_SECONDS = 15;
const COLUMNS = ['Server', 'Endpoint', 'State', 'Calls', 'Failed', 'In flight', 'From cache', 'ms', 'Last failure'];

/** `GET /`: what every process sees of its MCP servers, for people; to be mounted behind the admin login. */
export function createMcpPage(statuses: Pick<McpStatusStore, 'list'>): Router {
  const pages = Router();
  const headers = pageHeaders(INCIDENT_STYLE);
  pages.get('/', async (_request, response) => {
    const shown = renderMcpPage(await statuses.list(STATUS_TTL_SECONDS));
    response.set(headers).type('html').send(shown.source);
  });
  return pages;
}

/** The page as a pure function of what was published. */
export function renderMcpPage(processes: PublishedMcpStatus[]): Html {
  const sections = processes.map((one, index) =>
    section(`process-${index}`, `${one.role} ${one.process}`, [
      html`<p class="small grey">since ${time(one.startedAt)}, told ${one.ageSeconds} s ago</p>`,
      table(COLUMNS, one.servers.flatMap(rowsOf)) ?? html`<p class="grey">no MCP server is configured here</p>`,
    ]),
  );
  const none = html`<section><p>No process has told of its MCP servers within ${STATUS_TTL_SECONDS} s.</p></section>`;
  const title = 'MCP servers';
  const body = html`<header><div><h1>${title}</h1><p class="small grey">as each process sees them · <a href="/api/mcp">JSON</a></p></div></header>
<main>${sections.length > 0 ? sections : none}</main>`;
  return page(title, body, RELOAD_SECONDS);
}

function rowsOf(status: PublishedMcpStatus['servers'][number]): HtmlValue[][] {
  const { server, breaker, running, cacheHits, calls, failures, lastFailure, endpoints } = status;
  const failed = lastFailure && html`${time(lastFailure.at)} ${lastFailure.failure}: ${lastFailure.message}`;
  const whole = [html`<b>${server}</b>`, null, badge(breaker), calls, failures, running, cacheHits, null, failed];
  const each = endpoints.map((one): HtmlValue[] => [
    null,
    one.endpoint,
    badge(one.ejected ? 'left alone' : one.breaker),
    one.calls,
    one.failures,
    one.inFlight,
    null,
    one.latencyMs,
    null,
  ]);
  return [whole, ...each];
}

function badge(state: string): Html {
  return html`<span class="badge ${state === 'closed' ? 'good' : 'bad'}">${state === 'closed' ? 'well' : state.replace('_', ' ')}</span>`;
}
