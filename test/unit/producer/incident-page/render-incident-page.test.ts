import { expect } from 'chai';
import fc from 'fast-check';
import type { IncidentDetails } from '../../../../src/producer/api.ts';
import {
  renderIncidentPage,
  renderUnknownIncident,
} from '../../../../src/producer/incident-page/render-incident-page.ts';
import { anIncident } from './an-incident.ts';

const render = (given: Partial<IncidentDetails> = {}) => renderIncidentPage(anIncident(given)).source;

describe('the page of an incident', () => {
  it('shows state, cause, timeline, actions, gaps, decision, alerts, findings, evidence, runs and deliveries', () => {
    const page = render();
    for (const text of [
      'posted',
      'the pool of user-service is exhausted',
      '85 %',
      '2026-11-20 13:40:00 UTC',
      'kubectl get pods --namespace shop',
      'risk: restarts the pod',
      'pods of payment',
      'not configured',
      'class database: most points (18)',
      'Database connection pool exhausted',
      'it is the first of its kind',
      'pool-exhaustion',
      'metrics.query',
      '&quot;metric&quot;:&quot;db.pool&quot;',
      'SHA-256 dddddddddddddddd',
      '7 of 8 questions answered',
      'overflow-1',
    ]) {
      expect(page).to.include(text);
    }
  });

  it('leads from every citation to its evidence', () => {
    const page = render();
    expect(page).to.include('<a href="#evidence-3">[3]</a>').and.include('id="evidence-3"');
  });

  it('shows charts with their description, and says why one is missing', () => {
    const page = render();
    expect(page).to.include('src="/api/incidents/0f4fccf3-83e9-438e-b795-cc728d05d1ff/charts/1.png"');
    expect(page).to.include('alt="db.pool of user-service went from 12 to 85');
    expect(page).to.include('could not be drawn: no fonts');
  });

  it('says why an incident is dead, and how it goes round again', () => {
    const page = render({ state: 'dead', deadReason: 'slack_rejected', reason: 'is_archived', report: null });
    expect(page).to.include('slack_rejected').and.include('is_archived').and.include('dead-letters -- redrive');
  });

  it('names only the parts that are there', () => {
    const page = render({ report: null, charts: [], evidence: [] });
    expect(page).not.to.include('href="#charts"').and.not.include('href="#cause"');
    expect(page).to.include('href="#alerts"');
  });

  it('loads itself anew only while something is to come', () => {
    expect(render()).not.to.include('http-equiv="refresh"');
    expect(render({ state: 'investigating' })).to.include('http-equiv="refresh"');
    const [drawn] = anIncident({}).charts;
    expect(render({ charts: [{ ...drawn!, url: null, failure: null }] })).to.include('http-equiv="refresh"');
  });

  it('cuts long evidence and says how much is left out', () => {
    const [piece] = anIncident({}).evidence;
    const page = render({ evidence: [{ ...piece!, text: 'x'.repeat(10_000) }] });
    expect(page).to.include('6000 more characters');
  });

  it('lets no text of an incident become markup', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const everywhere = poisoned(anIncident({}), text) as IncidentDetails;
        const page = renderIncidentPage({ ...everywhere, state: 'posted' }).source;
        const tags = new Set([...page.matchAll(/<\/?([a-z0-9!]+)/gi)].map(([, name]) => name!.toLowerCase()));
        expect([...tags].filter((name) => !OUR_TAGS.has(name))).to.deep.equal([]);
        expect(page.replace(/="[^"]*"/g, '=""')).not.to.match(/<[^>]*\son\w+\s*=/i);
        expect(page).not.to.match(/href="(?!#|\/)/);
        expect(page).not.to.match(/src="(?!\/api\/)/);
      }),
      { numRuns: 60 },
    );
  });

  it('has a page for ids that are none', () => {
    expect(renderUnknownIncident().source).to.include('No incident has this id');
  });
});

const OUR_TAGS = new Set(
  '!doctype html head meta title style body header main section nav div span p b a h1 h2 h3 ul ol li dl dt dd table thead tbody tr th td pre code details summary figure figcaption img time meter'.split(
    ' ',
  ),
);

const hostile = fc.oneof(
  fc.constantFrom(
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    'javascript:alert(1)',
    '</style><script>1</script>',
    '</title><svg onload=1>',
    '\u0000<b>',
  ),
  fc.string(),
);

/** Every text of a value replaced, but for those that our own code and the database make. */
function poisoned(value: unknown, text: string, name = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => poisoned(item, text, name));
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, poisoned(item, text, key)]));
  }
  const ours = ['id', 'url', 'verdict', 'standing'].includes(name);
  return typeof value === 'string' && !ours ? text : value;
}
