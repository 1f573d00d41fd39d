import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { expect } from 'chai';
import { generate } from 'selfsigned';
import { createNetworkServer } from '../../../../src/shared/mcp/servers/network/network-server.ts';
import { certificateExpiry } from '../../../../src/workers/detectors/certificate-expiry.ts';
import { connectionFailure } from '../../../../src/workers/detectors/connection-failure.ts';
import type { Detector } from '../../../../src/workers/detectors/detector.ts';
import { widenEvidence } from '../../../../src/workers/widen-evidence.ts';
import { evidence, input, logRow, logs } from '../../../support/evidence-fixtures.ts';
import { runCapability } from '../../../support/run-tool.ts';

describe('the question for a certificate that a finding leads to', () => {
  const asked = (detect: Detector, row: ReturnType<typeof logRow>) => {
    const known = [logs(1, [row])];
    return widenEvidence(detect(input('Checkout of user-service fails', known)), known, {})
      .filter(({ capability }) => capability === 'certificate.check')
      .map((step) => step.arguments);
  };
  const pay = (port: number) => [{ host: 'pay.example.com', port }];

  it('is asked of a peer that refuses connections where TLS is usual', () => {
    for (const port of [443, 8443, 6443, 5671, 993, 636])
      expect(asked(connectionFailure, logRow(`connect ECONNREFUSED pay.example.com:${port}`))).to.deep.equal(pay(port));
    const named = { 'server.address': 'pay.example.com' };
    const address = logRow('dial tcp 10.1.1.1:443: connect: connection refused', { attributes: named });
    expect(asked(connectionFailure, address)).to.deep.equal(pay(443));
  });

  it('is asked where the address or the line speaks of TLS', () => {
    const python = "HTTPSConnectionPool(host='pay.example.com', port=9000): TLS connect: Connection refused";
    expect(asked(connectionFailure, logRow(python))).to.deep.equal(pay(9000));
    const plain = logRow('POST https://pay.example.com/charge: connect ECONNRESET pay.example.com');
    expect(asked(connectionFailure, { ...plain, body: `${plain.body}:443` })).to.deep.equal(pay(443));
    const attributes = { 'server.address': 'pay.example.com', 'server.port': '9000', 'url.scheme': 'https' };
    expect(asked(connectionFailure, logRow('connect ECONNREFUSED 10.1.1.1:9000', { attributes }))).to.deep.equal(
      pay(9000),
    );
  });

  it('is not asked where nobody speaks TLS from the first byte, or the port is not known', () => {
    for (const line of [
      'connect ECONNREFUSED pay.example.com:8080',
      'http://pay.example.com: connect ECONNREFUSED pay.example.com:80',
      'connection to server at "pay.example.com", port 5432 failed: Connection refused (SSL required)',
      'https://other.example.com: connect ECONNREFUSED pay.example.com:8080',
      'connect ECONNREFUSED 443',
    ])
      expect(asked(connectionFailure, logRow(line)), line).to.deep.equal([]);
  });

  it('is asked of the peer whose certificate the logs say is refused', () => {
    const why = 'tls: failed to verify certificate: x509: certificate has expired';
    const go = (url: string) => logRow(`Get "${url}": ${why}`);
    expect(asked(certificateExpiry, go('https://pay.example.com/v1'))).to.deep.equal(pay(443));
    expect(asked(certificateExpiry, go('https://pay.example.com:9443/v1'))).to.deep.equal(pay(9443));
    expect(asked(certificateExpiry, logRow(why))).to.deep.equal([]);
  });

  it('ends in the finding that the certificate has expired, by a real handshake', async () => {
    const { cert, private: key } = await expiredCertificate('pay.example.com');
    const server = createServer({ cert, key }).listen(0, '127.0.0.1');
    server.on('tlsClientError', () => {});
    try {
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const options = { resolveOverrides: { 'pay.example.com': { address: '127.0.0.1', port } } };
      const network = createNetworkServer({ allowedHosts: [], timeoutMs: 2000, ...options });
      const told = logs(1, [
        logRow('read ECONNRESET pay.example.com:443'),
        logRow('read ECONNRESET pay.example.com:443'),
      ]);
      const alert = 'shop.example.com answers with errors';
      const step = widenEvidence(connectionFailure(input(alert, [told])), [told], {}).find(
        ({ capability }) => capability === 'certificate.check',
      );
      const { data } = await runCapability(network, 'certificate.check', step?.arguments as { host: string });
      const checked = { ...evidence(2, 'certificate.check', data), collectedAt: new Date().toISOString() };
      const [finding] = certificateExpiry(input(alert, [told, checked]));
      expect(finding?.statement).to.match(/pay\.example\.com serves on port 443 expired 2 hours ago/);
      expect(finding).to.include({ cause: true, component: 'pay.example.com' });
    } finally {
      server.close();
    }
  });
});

async function expiredCertificate(host: string) {
  const notAfterDate = new Date(Date.now() - 2 * 3_600_000);
  return generate([{ name: 'commonName', value: host }], {
    keySize: 2048,
    notBeforeDate: new Date(notAfterDate.getTime() - 86_400_000),
    notAfterDate,
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: host }] }],
  });
}
