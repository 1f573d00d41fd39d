import { expect } from 'chai';
import type { Evidence } from '../../../../src/shared/report.ts';
import { dnsFailure } from '../../../../src/workers/detectors/dns-failure.ts';
import { evidence, input, logRow, logs } from '../../../support/evidence-fixtures.ts';

const TITLE = 'user-service cannot reach api.example.com';

function lookup(number: number, name: string, code: string | null, answers: string[] = []): Evidence {
  const error = code ? { code, message: `query ${code} ${name}` } : null;
  return evidence(number, 'dns.lookup', { name, type: 'A', answers, error, durationMs: 20 }, { name });
}

describe('the dns-failure detector', () => {
  for (const [code, words] of [
    ['ENOTFOUND', 'no such name'],
    ['ESERVFAIL', 'SERVFAIL'],
    ['ETIMEOUT', 'do not answer in time'],
  ] as const) {
    it(`finds that the alert's host does not resolve (${code})`, () => {
      const [finding] = dnsFailure(input(TITLE, [lookup(1, 'api.example.com', code)]));
      expect(finding).to.include({ component: 'api.example.com', cause: true });
      expect(finding?.statement).to.contain(words);
    });
  }

  const LINES: [string, string, string | null][] = [
    ['Node', 'Error: getaddrinfo ENOTFOUND orders-db.shop.svc', 'orders-db.shop.svc'],
    ['Node, for the moment', 'getaddrinfo EAI_AGAIN orders-db', 'orders-db'],
    ['Go', 'dial tcp: lookup orders-db on 10.96.0.10:53: no such host', 'orders-db'],
    [
      'Go with a dead server',
      'lookup orders-db on 10.96.0.10:53: read udp 10.0.0.1:5->10.96.0.10:53: i/o timeout',
      'orders-db',
    ],
    ['Java', 'java.net.UnknownHostException: orders-db: Name or service not known', 'orders-db'],
    ['libpq', 'could not translate host name "orders-db" to address: Name or service not known', 'orders-db'],
    ['curl', 'curl: (6) Could not resolve host: orders-db', 'orders-db'],
    ['Python', 'urlopen error [Errno -3] Temporary failure in name resolution', null],
  ];
  for (const [who, line, host] of LINES) {
    it(`reads what ${who} logs`, () => {
      const [finding] = dnsFailure(input(TITLE, [logs(2, [logRow(line)])]));
      expect(finding?.component).to.equal(host);
      expect(finding?.evidence).to.deep.equal([2]);
      expect(finding?.timeline).to.have.length(1);
    });
  }

  it('takes a lookup of something else, which did not connect, for no name', () => {
    for (const line of [
      'session lookup failed: dial tcp 10.1.2.3:6379: i/o timeout',
      'lookup cart: dial tcp [fd00::7]:80: i/o timeout',
    ])
      expect(dnsFailure(input(TITLE, [logs(2, [logRow(line)])])), line).to.deep.equal([]);
  });

  it('says what the cluster DNS logs about the name, whichever service logs it', () => {
    const coredns = logRow(
      '[ERROR] plugin/errors: 2 pay.example.com. A: read udp 10.42.0.7:51944->10.0.9.2:53: i/o timeout',
      { service: 'coredns' },
    );
    const [finding] = dnsFailure(
      input(TITLE, [logs(1, [logRow('getaddrinfo ENOTFOUND pay.example.com')]), logs(2, [coredns], {})]),
    );
    expect(finding?.statement).to.contain('the cluster DNS itself fails on it with read udp');
    expect(finding?.evidence).to.deep.equal([1, 2]);
  });

  it('is less sure when the name resolves now, and says so', () => {
    const line = logs(1, [logRow('getaddrinfo ENOTFOUND api.example.com')]);
    const [before] = dnsFailure(input(TITLE, [line]));
    const [now] = dnsFailure(input(TITLE, [line, lookup(2, 'api.example.com', null, ['192.0.2.1'])]));
    expect(now?.confidence).to.be.lessThan(before?.confidence ?? 0);
    expect(now?.statement).to.contain('succeeds now');
  });

  const SILENT: Record<string, Evidence[]> = {
    'a name that resolves': [lookup(1, 'api.example.com', null, ['192.0.2.1'])],
    'a name without an IPv6 address': [
      lookup(1, 'api.example.com', null, ['192.0.2.1']),
      lookup(2, 'api.example.com', 'ENODATA'),
    ],
    'another host that does not resolve': [lookup(1, 'old.example.org', 'ENOTFOUND')],
    'a line of an unrelated service': [logs(1, [logRow('getaddrinfo ENOTFOUND x', { service: 'billing' })], {})],
    'an old line': [logs(1, [logRow('getaddrinfo ENOTFOUND x', { at: '2026-11-18T00:00:00.000Z' })])],
    'ordinary lines': [logs(1, [logRow('GET /lookup 200'), logRow('resolved promise')])],
  };
  for (const [what, items] of Object.entries(SILENT)) {
    it(`is silent about ${what}`, () => {
      expect(dnsFailure(input(TITLE, items))).to.deep.equal([]);
    });
  }
});
