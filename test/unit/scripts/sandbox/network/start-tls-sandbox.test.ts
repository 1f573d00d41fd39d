import { once } from 'node:events';
import { connect } from 'node:tls';
import { expect } from 'chai';
import { startTlsSandbox, type TlsSandbox } from '../../../../../scripts/sandbox/network/start-tls-sandbox.ts';

const HOST = 'api.example.com';

describe('the simulated TLS endpoint', () => {
  let endpoint: TlsSandbox | null = null;

  afterEach(async () => {
    await endpoint?.close();
    endpoint = null;
  });

  const handshake = async ({ port, caCertificate }: TlsSandbox, more: Record<string, unknown> = {}) => {
    const socket = connect({ host: '127.0.0.1', port, servername: HOST, ca: caCertificate, ...more });
    await once(socket, 'secureConnect');
    return socket;
  };

  it('presents a certificate for its host that a client of its authority trusts, and that ends when it says', async () => {
    endpoint = await startTlsSandbox({ host: HOST, validForHours: 24 });
    const socket = await handshake(endpoint);
    expect(socket.authorized).to.equal(true);
    const { valid_to: validTo, subjectaltname: names } = socket.getPeerCertificate();
    expect(names).to.equal(`DNS:${HOST}`);
    expect((Date.parse(validTo) - Date.now()) / 3_600_000).to.be.closeTo(24, 0.01);
    expect(endpoint.validTo.getTime()).to.equal(Date.parse(validTo));
    socket.destroy();
  });

  it('is not trusted without its authority, and not when it has expired', async () => {
    endpoint = await startTlsSandbox({ host: HOST, validForHours: -1 });
    const expired = await handshake(endpoint).catch((error: NodeJS.ErrnoException) => error.code);
    expect(expired).to.equal('CERT_HAS_EXPIRED');
    const stranger = await handshake(endpoint, { rejectUnauthorized: false, ca: undefined });
    expect(stranger.authorized).to.equal(false);
    stranger.destroy();
  });

  it('answers a request', async () => {
    endpoint = await startTlsSandbox({ host: HOST, validForHours: 1 });
    const socket = await handshake(endpoint);
    socket.write('GET / HTTP/1.1\r\nhost: api.example.com\r\n\r\n');
    const [data] = await once(socket, 'data');
    expect(String(data)).to.include('200 OK');
    socket.destroy();
  });
});
