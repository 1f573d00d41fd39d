import { expect } from 'chai';
import type { Evidence } from '../../../../src/shared/report.ts';
import type { DetectorInput } from '../../../../src/workers/detectors/detector.ts';
import { dnsFailure } from '../../../../src/workers/detectors/dns-failure.ts';
import { CLEAN_CHECKS } from '../../../../src/workers/detectors/support/clean-evidence.ts';
import { unsupportedParts } from '../../../../src/workers/verification/check-claim.ts';
import { indexEvidence } from '../../../../src/workers/verification/evidence-index.ts';
import { evidence, input, logRow, logs } from '../../../support/evidence-fixtures.ts';
import { inputOf, printed } from '../kubernetes-state/conclude-evidence.ts';

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

const SERVICES = printed(
  'kubectl get svc -n shop',
  `NAME         TYPE           CLUSTER-IP    EXTERNAL-IP   PORT(S)        AGE
orders-db    ClusterIP      10.96.0.20    <none>        5432/TCP       41d
payments     ClusterIP      10.96.0.31    <none>        80/TCP         41d
ledger       ClusterIP      None          <none>        9042/TCP       41d
web          LoadBalancer   10.96.0.9     52.16.9.4     80:30080/TCP   41d`,
);
const ENDPOINTS = printed(
  'kubectl get endpoints -n shop',
  `NAME        ENDPOINTS                             AGE
ledger      10.42.1.7:9042,10.42.2.9:9042         41d
payments    10.42.1.12:8080                       41d`,
);
const answer = (name: string, answers: string[], more = {}) => ({
  capability: 'dns.lookup' as const,
  data: { name, type: 'A', answers, error: null, durationMs: 4, ...more },
});
const asked = (name: string, ...recorded: Parameters<typeof inputOf>[1]): DetectorInput =>
  inputOf(`Calls to ${name} fail: DNS gives a wrong address?`, recorded);
const REFUSED = {
  host: 'pg.kestrel.io',
  port: 5432,
  connected: false,
  error: { code: 'ECONNREFUSED', message: 'connect ECONNREFUSED' },
  durationMs: 3,
};
const DB = 'orders-db.shop.svc.cluster.local';
const proofOf = (known: DetectorInput) => CLEAN_CHECKS['dns-failure'].proof(known);

describe('the dns-failure detector, of names that resolve to a wrong address', () => {
  const WRONG: [string, DetectorInput, string][] = [
    [
      'the cluster address of another service',
      asked(DB, SERVICES, answer(DB, ['10.96.0.31'])),
      'it leads to 10.96.0.31, an address of Service payments, while Service orders-db has the cluster address 10.96.0.20',
    ],
    [
      'no address of the pods of a headless service',
      asked('ledger.shop.svc', SERVICES, ENDPOINTS, answer('ledger.shop.svc', ['10.42.8.8'])),
      'it leads to 10.42.8.8, while the pods of Service ledger have 10.42.1.7, 10.42.2.9',
    ],
    [
      'the own machine of whoever asks',
      asked('rates.kestrel.io', answer('rates.kestrel.io', ['127.0.0.1'])),
      'it leads to 127.0.0.1, which is the own machine',
    ],
    ['no machine', asked('rates.kestrel.io', answer('rates.kestrel.io', ['0.0.0.0'])), 'it leads to 0.0.0.0'],
    [
      'an address of documentation',
      asked('rates.kestrel.io', answer('rates.kestrel.io', ['203.0.113.9'])),
      'kept for documentation',
    ],
    [
      'a service of another name, for a service that was not read',
      asked('stock.shop.svc', SERVICES, ENDPOINTS, answer('stock.shop.svc', ['10.42.1.12'])),
      'it leads to 10.42.1.12, an address of Service payments, not to stock',
    ],
    [
      'two addresses that share nothing, while connections fail',
      asked('pg.kestrel.io', answer('pg.kestrel.io', ['10.0.3.7']), answer('pg.kestrel.io', ['10.0.9.4']), {
        capability: 'tcp.check',
        data: REFUSED,
      }),
      'one lookup leads to 10.0.3.7, another to 10.0.9.4, without an address in common, while connections to it fail',
    ],
  ];
  for (const [what, known, says] of WRONG) {
    it(`finds ${what}, and takes it for no proof of health`, () => {
      const [finding] = dnsFailure(known);
      expect(finding?.statement).to.include(says);
      expect(finding).to.include({ cause: true, class: 'network', component: known.facts.host });
      expect(proofOf(known)).to.equal(null);
      const cited = known.evidence.filter(({ number }) => finding!.evidence.includes(number)).map(indexEvidence);
      const grounds = { cited, known: new Set(finding!.evidence), alertText: '' };
      expect(unsupportedParts(finding!.statement, grounds)).to.deep.equal([]);
    });
  }

  it('does not call a failure over that a wrong answer followed', () => {
    const line = logs(1, [logRow('getaddrinfo ENOTFOUND api.example.com')]);
    const [finding, ...others] = dnsFailure(input(TITLE, [line, lookup(2, 'api.example.com', null, ['127.0.0.1'])]));
    expect(others).to.deep.equal([]);
    expect(finding?.statement).to.include('wrong address').and.not.include('succeeds now');
  });

  const RIGHT: Record<string, DetectorInput> = {
    'the cluster address of the service': asked(DB, SERVICES, answer(DB, ['10.96.0.20'])),
    'pods of a headless service, some of them': asked(
      'ledger.shop.svc',
      SERVICES,
      ENDPOINTS,
      answer('ledger.shop.svc', ['10.42.2.9']),
    ),
    'a service of the same name in another namespace': asked(
      'orders-db.billing.svc',
      SERVICES,
      answer('orders-db.billing.svc', ['10.96.4.4']),
    ),
    'an entrance that serves many names': asked(
      'orders-db.kestrel.io',
      SERVICES,
      answer('orders-db.kestrel.io', ['52.16.9.4']),
    ),
    'addresses in another order': asked(
      'pg.kestrel.io',
      answer('pg.kestrel.io', ['10.0.3.7', '10.0.9.4']),
      answer('pg.kestrel.io', ['10.0.9.4', '10.0.3.7']),
      { capability: 'tcp.check', data: REFUSED },
    ),
    'answers of a content network': asked(
      'cdn.kestrel.io',
      answer('cdn.kestrel.io', ['142.250.1.1']),
      answer('cdn.kestrel.io', ['172.217.9.9']),
    ),
    'one answer inside and another outside': asked(
      'pg.kestrel.io',
      answer('pg.kestrel.io', ['10.0.3.7']),
      answer('pg.kestrel.io', ['34.8.9.10']),
      { capability: 'tcp.check', data: REFUSED },
    ),
    'an address that our configuration fixed': asked(
      'rates.kestrel.io',
      answer('rates.kestrel.io', ['127.0.0.1'], { fixed: true }),
    ),
    'a name for tests with an address for tests': asked(
      'api.shop.example',
      answer('api.shop.example', ['203.0.113.9']),
    ),
    'a name that spells its address': asked('127-0-0-1.sslip.io', answer('127-0-0-1.sslip.io', ['127.0.0.1'])),
  };
  for (const [what, known] of Object.entries(RIGHT)) {
    it(`is silent about ${what}, which resolves`, () => {
      expect(dnsFailure(known)).to.deep.equal([]);
      expect(proofOf(known)?.statement).to.match(/ resolves$/);
    });
  }
});
