import { Router } from 'express';
import { pageHeaders } from '../shared/http/page-headers.ts';
import { HttpProblem } from '../shared/http/problem.ts';
import type { Store } from '../shared/store/store.ts';
import { incidentDetails } from './api.ts';
import { INCIDENT_STYLE } from './incident-page/incident-style.ts';
import { renderIncidentPage, renderUnknownIncident } from './incident-page/render-incident-page.ts';

/** `GET /incidents/:id`: an incident as a page for people, to be mounted behind the admin login. */
export function createIncidentPages(store: Store): Router {
  const pages = Router();
  const headers = pageHeaders(INCIDENT_STYLE);
  pages.get('/:id', async (request, response) => {
    try {
      const page = renderIncidentPage(await incidentDetails(store, String(request.params.id)));
      response.set(headers).type('html').send(page.source);
    } catch (error) {
      if (!(error instanceof HttpProblem) || error.status !== 404) throw error;
      response.status(404).set(headers).type('html').send(renderUnknownIncident().source);
    }
  });
  return pages;
}
