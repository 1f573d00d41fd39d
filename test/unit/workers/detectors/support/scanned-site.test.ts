import { expect } from 'chai';
import { scannedSite } from '../../../../../src/workers/detectors/support/scanned-site.ts';
import { type Incident, incident } from '../../../../fixtures/rca/change-incident.ts';
import { at, evidence } from '../../../../support/evidence-fixtures.ts';

const PROBES = ['/.git/config', '/xmlrpc.php', '/backup.tar', '/about', '/etc/passwd', '/solr/admin'];
const MISSED = ['/orders/1', '/orders/2', '/orders/3', '/orders/4', '/orders/5', '/orders/6'];

type Visit = { paths?: string[]; visitor?: (index: number) => string; from?: number };

/** A gateway whose share of 404 jumps ten minutes ago, with what its access log says of those who get them. */
function gateway({ paths = PROBES, visitor = () => '203.0.113.9', from = 10 }: Visit, more: Partial<Incident> = {}) {
  const told = incident({ service: 'gateway', metric: 'http_404_ratio', complaints: [], ...more });
  const rows = Array.from({ length: 24 }, (_, index) => ({
    at: at(from - (index * from) / 30),
    severity: 'INFO',
    service: 'gateway',
    body: `${visitor(index)} - - "GET ${paths[index % paths.length]} HTTP/1.1" 404 153 "probe/1.0"`,
    attributes: {},
  }));
  const asked = evidence(70, 'logs.query', { rows, hasMore: false, warning: null });
  return { ...told, facts: { service: 'gateway' }, evidence: [...told.evidence, asked] };
}

describe('a site that is scanned', () => {
  it('refuses one visitor who asks for what scanners ask every site for', () => {
    expect(scannedSite(gateway({}))?.statement).to.include('one scanner (203.0.113.9)');
  });

  it('refuses one visitor with some addresses side by side, told beside the lines', () => {
    const { evidence: all, ...told } = gateway({ visitor: (index) => `203.0.113.${8 + (index % 4)}` });
    const apart = all.map((one) =>
      one.number === 70
        ? {
            ...one,
            data: {
              ...(one.data as object),
              rows: (one.data as { rows: { body: string }[] }).rows.map((row) => ({
                ...row,
                body: row.body.replace(/^\S+ - - /, ''),
                attributes: { 'client.address': row.body.split(' ')[0]! },
              })),
            },
          }
        : one,
    );
    expect(scannedSite({ ...told, evidence: apart })?.statement).to.match(/one scanner \(203\.0\.113\.\d+ and /);
  });

  it('is not where many are refused, or one who misses what the site should have', () => {
    expect(scannedSite(gateway({ visitor: (index) => `203.0.113.${index}` }))).to.equal(null);
    expect(scannedSite(gateway({ paths: MISSED }))).to.equal(null);
  });

  it('is not where he was there before, anybody complains or waits, or the alert is about something else', () => {
    expect(scannedSite(gateway({ from: 125 }))).to.equal(null);
    expect(scannedSite(gateway({}, { complaints: [{ service: 'orders', body: 'order % lost' }] }))).to.equal(null);
    const slower = { service: 'orders', metric: 'request_duration_p95_seconds', from: 0.1, to: 3 };
    expect(scannedSite(gateway({}, { jumps: [slower] }))).to.equal(null);
    expect(scannedSite(gateway({}, { metric: 'http_5xx_ratio' }))).to.equal(null);
  });

  describe('that somebody announced', () => {
    const announced = (body: string, service = 'auditor') => {
      const told = gateway({ paths: MISSED });
      const rows = [{ at: at(11), severity: 'INFO', service, body, attributes: {} }];
      return {
        ...told,
        evidence: [...told.evidence, evidence(71, 'logs.query', { rows, hasMore: false, warning: null })],
      };
    };

    it('refuses the one client that came with it, whatever he asks for', () => {
      const proof = scannedSite(announced('security scan of gateway started (quarterly, CHG-7)'));
      expect(proof?.statement).to.include('a scan was announced').and.include('203.0.113.9');
      expect(proof?.evidence).to.include(71);
    });

    it('is not known where it is of another service, told by the scanned one, or found something', () => {
      expect(scannedSite(announced('security scan of orders started'))).to.equal(null);
      expect(scannedSite(announced('security scan of gateway started', 'gateway'))).to.equal(null);
      expect(scannedSite(announced('security scan of gateway started: 3 open findings'))).to.equal(null);
    });
  });
});
