import { expect } from 'chai';
import { certificateExpiry } from '../../../../src/workers/detectors/certificate-expiry.ts';
import { CLEAN_CHECKS } from '../../../../src/workers/detectors/support/clean-evidence.ts';
import { at, certificate, event, events, input, logRow, logs } from '../../../support/evidence-fixtures.ts';

const TITLE = 'SSL certificate for api.example.com expires in 24 hours';
const expiring = { hoursLeft: 23.98, validTo: '2026-11-21T11:58:48.000Z' };

describe('the certificate-expiry detector', () => {
  it('finds a certificate that is about to expire', () => {
    const [finding, ...others] = certificateExpiry(input(TITLE, [certificate(1, expiring)]));
    expect(finding).to.include({ component: 'api.example.com', cause: true, confidence: 0.95 });
    expect(finding?.statement).to.contain('expires in 24 hours, at 2026-11-21 11:58:48 UTC');
    expect(finding?.evidence).to.deep.equal([1]);
    expect(finding?.timeline.map((entry) => entry.at)).to.include('2026-11-21T11:58:48.000Z');
    expect(others).to.deep.equal([]);
  });

  it('points at the object of cert-manager that tells why the renewal fails', () => {
    const order = event({ kind: 'Order', name: 'api-example-com-1', namespace: 'edge', message: 'rate limited' });
    const [finding] = certificateExpiry(input(TITLE, [certificate(1, expiring), events(2, [order])]));
    expect(finding?.statement).to.contain('because its renewal fails: rate limited');
    expect(finding?.actions.map(({ command }) => command)).to.include(
      'kubectl describe order api-example-com-1 --namespace edge',
    );
  });

  it('does not take a private issuer for the answer to a question about time', () => {
    const unknown = certificate(1, { chainTrusted: false });
    const [expiry] = certificateExpiry(input(TITLE, [unknown]));
    const [handshake] = certificateExpiry(input('TLS handshake with api.example.com fails', [unknown]));
    expect(expiry?.confidence).to.be.lessThan(0.3);
    expect(handshake?.confidence).to.equal(0.6);
  });

  it('finds an expired one whatever the alert speaks of', () => {
    const expired = certificate(1, { hoursLeft: -12.04, validTo: '2026-11-19T23:57:36.000Z', chainTrusted: null });
    const [finding] = certificateExpiry(input('api.example.com is unreachable', [expired]));
    expect(finding?.statement).to.contain('expired 12 hours ago');
    expect(finding?.confidence).to.equal(0.97);
  });

  it('names the failed renewal as the reason', () => {
    const order = event({
      kind: 'Order',
      name: 'api-example-com-tls-4-239',
      reason: 'BadOrder',
      message: 'Failed to create Order: 429 rateLimited',
    });
    const request = event({
      kind: 'Certificate',
      name: 'api-example-com-tls',
      reason: 'Failed',
      message: 'The certificate request has failed',
    });
    const [finding] = certificateExpiry(input(TITLE, [certificate(1, expiring), events(2, [request, order])]));
    expect(finding?.statement).to.contain('because its renewal fails: Failed to create Order: 429 rateLimited');
    expect(finding?.evidence).to.deep.equal([1, 2]);
  });

  it('does not take the failed renewal of another certificate', () => {
    const other = event({ kind: 'Order', name: 'shop-example-org-1', message: 'Failed to create Order' });
    const [finding] = certificateExpiry(input(TITLE, [certificate(1, expiring), events(2, [other])]));
    expect(finding?.evidence).to.deep.equal([1]);
  });

  it('finds a wrong host and an untrusted chain, below the expiry that the alert speaks of', () => {
    const all = certificateExpiry(
      input(TITLE, [
        certificate(1, {
          ...expiring,
          altNames: ['www.example.net'],
          hostnameMatches: false,
          chainTrusted: false,
          selfSigned: true,
        }),
      ]),
    );
    expect(all.map(({ statement }) => statement).join('\n'))
      .to.match(/made out to www\.example\.net, not to api\.example\.com/)
      .and.match(/self-signed/);
    expect(Math.max(...all.slice(1).map(({ confidence }) => confidence))).to.be.lessThan(0.95);
  });

  it('finds what clients log when they refuse a certificate, with its host', () => {
    const go =
      'Get "https://pay.example.com/v1": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-11-20T12:00:00Z is after 2026-11-19T00:00:00Z';
    const [finding] = certificateExpiry(
      input('Payments of user-service fail', [logs(3, [logRow(go), logRow(go, { at: at(2) })])]),
    );
    expect(finding).to.include({ component: 'pay.example.com', confidence: 0.8 });
    expect(finding?.evidence).to.deep.equal([3]);
    expect(finding?.timeline).to.have.length(2);
  });

  const NOT_YET: Record<string, string> = {
    Go: 'Get "https://pay.example.com/v1": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-11-20T12:00:00Z is before 2026-11-21T00:00:00Z',
    OpenSSL: 'connect to pay.example.com: certificate verify failed: certificate is not yet valid',
    Node: 'request to https://pay.example.com/v1 failed: CERT_NOT_YET_VALID',
    Java: 'GET https://pay.example.com/v1: java.security.cert.CertificateNotYetValidException: NotBefore: Sat Nov 21 00:00:00 UTC 2026',
  };
  for (const [who, line] of Object.entries(NOT_YET)) {
    it(`tells a certificate that is not valid yet from an expired one in the words of ${who}`, () => {
      const [finding, ...others] = certificateExpiry(input('Payments fail', [logs(3, [logRow(line)])]));
      expect(others).to.deep.equal([]);
      expect(finding?.component).to.equal('pay.example.com');
      expect(finding?.statement).to.match(/say that it is not valid yet$/);
    });

    it(`puts it down to the clock of the client where our own check finds it valid (${who})`, () => {
      const checked = certificate(4, { host: 'pay.example.com', validFrom: '2026-11-20T00:00:00.000Z' });
      const [finding] = certificateExpiry(input('Payments fail', [logs(3, [logRow(line)]), checked]));
      expect(finding).to.deep.include({ component: 'user-service', evidence: [3, 4] });
      expect(finding?.statement).to.match(/valid since 2026-11-20 00:00.*the clock of user-service that is wrong/);
    });
  }

  it('finds a served certificate whose time has not begun, and takes it for no proof of health', () => {
    const items = [certificate(1, { validFrom: '2026-11-21T00:00:00.000Z', chainTrusted: null })];
    const [finding, ...others] = certificateExpiry(input(TITLE, items));
    expect(others).to.deep.equal([]);
    expect(finding?.statement).to.include('is not valid yet: its validity begins at 2026-11-21');
    expect(finding?.timeline[0]?.at).to.equal('2026-11-21T00:00:00.000Z');
    expect(CLEAN_CHECKS['certificate-expiry'].proof(input(TITLE, items))).to.equal(null);
  });

  it('takes a token that is not valid yet for no certificate', () => {
    const line = logRow('ImmatureSignatureError: The token is not yet valid (iat)');
    expect(certificateExpiry(input('Payments fail', [logs(3, [line])]))).to.deep.equal([]);
  });

  it('reads the host of a certificate from a request that is told by its method in capitals', () => {
    const java =
      'CONNECT ledger.bank.internal:9443 failed: PKIX path validation failed: java.security.cert.CertificateExpiredException: NotAfter';
    const [finding] = certificateExpiry(input('Payments of user-service fail', [logs(3, [logRow(java)])]));
    expect(finding?.component).to.equal('ledger.bank.internal');
  });

  it('looks at the certificate of another host only where connections to it fail', () => {
    const old = certificate(1, { ...expiring, host: 'pay.example.com', hoursLeft: -3 });
    const lines = ['connect ECONNRESET pay.example.com:443', 'Get "https://pay.example.com/": certificate has expired'];
    for (const line of lines) {
      const [finding] = certificateExpiry(input('api.example.com answers with errors', [old, logs(2, [logRow(line)])]));
      expect(finding?.statement).to.contain('pay.example.com serves on port 443 expired 3 hours ago');
    }
    const elsewhere = logs(2, [logRow('connect ECONNRESET shop.example.com:443')]);
    expect(certificateExpiry(input('api.example.com answers with errors', [old, elsewhere]))).to.deep.equal([]);
  });

  it('takes the own certificate for the one at fault where its peers say so', () => {
    const told = ['remote error: tls: expired certificate', 'Received fatal alert: certificate_expired'];
    for (const line of told) {
      const [finding] = certificateExpiry(input('Payments of user-service fail', [logs(3, [logRow(line)])]));
      expect(finding?.statement).to.contain('Others refuse the TLS certificate of user-service');
    }
  });

  const SILENT = {
    'a healthy certificate': [certificate(1)],
    'a certificate with two months left': [certificate(1, { hoursLeft: 1440, validTo: '2027-01-19T12:00:00.000Z' })],
    'an old certificate of another host': [certificate(1, { host: 'old.example.org', ...expiring, hoursLeft: -900 })],
    'a certificate that nobody could fetch': [
      certificate(1, {
        error: { code: 'ECONNREFUSED', message: 'refused' },
        hoursLeft: null,
        validTo: null,
        validFrom: null,
        chainTrusted: null,
        hostnameMatches: null,
        selfSigned: null,
      }),
    ],
    'logs that merely speak of certificates': [
      logs(1, [logRow('loaded certificate of api.example.com, valid until 2027')]),
    ],
    'no evidence': [],
  };
  for (const [what, evidence] of Object.entries(SILENT)) {
    it(`is silent about ${what}`, () => {
      expect(certificateExpiry(input(TITLE, evidence))).to.deep.equal([]);
    });
  }

  it('never puts a hostile host name into a command unquoted', () => {
    const [finding] = certificateExpiry(
      input(TITLE, [certificate(1, { ...expiring, host: 'api.example.com', altNames: ['$(reboot)'] })]),
    );
    expect(finding?.actions.map(({ command }) => command ?? '').join('\n')).not.to.contain('$(');
  });
});
