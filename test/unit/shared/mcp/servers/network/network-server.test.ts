import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { expect } from 'chai';
import { generate } from 'selfsigned';
import type { Capability, CapabilityInput, CapabilityOutput } from '../../../../../../src/shared/mcp/capabilities.ts';
import { CAPABILITIES } from '../../../../../../src/shared/mcp/capabilities.ts';
import type { NetworkOptions } from '../../../../../../src/shared/mcp/servers/network/network-options.ts';
import { createNetworkServer } from '../../../../../../src/shared/mcp/servers/network/network-server.ts';
import { beginsAfter } from '../../../../../../src/workers/detectors/support/certificate-times.ts';
import { dnsServer } from '../../support/dns-server.ts';
import { failureOf } from '../../support/waits.ts';

const HOUR_MS = 3_600_000;
const HOST = 'api.example.com';
const never = new AbortController().signal;

type Certificate = { cert: string; private: string };

describe('the network server', () => {
  const servers: Server[] = [];
  let sound: Certificate;
  let authority: Certificate;

  before(async () => {
    authority = await certificate('Test Authority', 24 * 365);
    sound = await certificate(HOST, 24);
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
  });

  const listen = async (server: Server): Promise<number> => {
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const listenTls = ({ cert, private: key }: Certificate) => {
    const server = createTlsServer({ cert, key });
    server.on('tlsClientError', () => {});
    return listen(server);
  };
  /** Runs a tool with HOST standing at a local port. */
  const check = <C extends Capability>(
    capability: C,
    input: CapabilityInput<C>,
    port: number,
    options: Partial<NetworkOptions> = {},
  ) => {
    const resolveOverrides = { [HOST]: { address: '127.0.0.1', port } };
    return run({ allowedHosts: [], resolveOverrides, ...options }, capability, input);
  };

  describe('check_certificate', () => {
    it('reads a certificate that expires in 24 hours from a real handshake', async () => {
      const { data, text } = await check('certificate.check', { host: HOST }, await listenTls(sound));
      expect(data).to.deep.include({
        host: HOST,
        port: 443,
        serverName: HOST,
        error: null,
        subject: `CN=${HOST}`,
        issuer: `CN=${HOST}`,
        altNames: [HOST],
        selfSigned: true,
        chainTrusted: false,
        hostnameMatches: true,
        protocol: 'TLSv1.3',
      });
      expect(data.hoursLeft).to.be.within(23.9, 24);
      expect(text).to.include('hours left').and.include('host name matches');
    });

    it('tells the dates of a certificate that is not valid yet, whose handshake brings no error', async () => {
      const early = await certificate(HOST, 72, undefined, 24);
      const { data } = await check('certificate.check', { host: HOST }, await listenTls(early));
      expect(data.error).to.equal(null);
      expect(beginsAfter(data, new Date().toISOString())).to.equal(true);
    });

    it('asks for the host by name, so that a server of many hosts shows the right certificate', async () => {
      const names: unknown[] = [];
      const server = createTlsServer({
        SNICallback: (name, done) => {
          names.push(name);
          done(null);
        },
        cert: sound.cert,
        key: sound.private,
      });
      const port = await listen(server);
      await check('certificate.check', { host: HOST }, port);
      await check('certificate.check', { host: HOST, serverName: 'www.example.com' }, port);
      expect(names).to.deep.equal([HOST, 'www.example.com']);
    });

    it('sees that a certificate has expired', async () => {
      const expired = await certificate(HOST, -2);
      const { data, text } = await check('certificate.check', { host: HOST }, await listenTls(expired));
      expect(data.hoursLeft).to.be.within(-2.1, -1.9);
      expect(data).to.include({ error: null, hostnameMatches: true });
      expect(text).to.include('EXPIRED');
    });

    it('sees that a certificate is for another host', async () => {
      const other = await certificate('other.example.com', 24);
      const { data } = await check('certificate.check', { host: HOST }, await listenTls(other));
      expect(data).to.deep.include({ hostnameMatches: false, altNames: ['other.example.com'], error: null });
    });

    it('trusts a chain up to an own authority that it was given', async () => {
      const port = await listenTls(await certificate(HOST, 24, authority));
      const trusted = await check('certificate.check', { host: HOST }, port, { extraCa: [authority.cert] });
      expect(trusted.data).to.include({ chainTrusted: true, selfSigned: false, issuer: 'CN=Test Authority' });
      expect(trusted.text).to.include(`CN=${HOST} <- CN=Test Authority: trusted`);
      const unknown = await check('certificate.check', { host: HOST }, port);
      expect(unknown.data).to.include({ chainTrusted: false, selfSigned: false });
    });

    it('returns a refused port, a port without TLS and a silent port as errors of the wire', async () => {
      const closed = await closedPort();
      expect((await check('certificate.check', { host: HOST }, closed)).data.error?.code).to.equal('ECONNREFUSED');
      const plain = await listen(
        createTcpServer((socket) =>
          socket
            .on('error', () => {})
            .resume()
            .end('220 mail ready\r\n'),
        ),
      );
      const noTls = await check('certificate.check', { host: HOST }, plain);
      expect(noTls.data.error?.code).to.match(/SSL|EPROTO|ECONNRESET/);
      expect(noTls.data).to.include({ subject: null, hoursLeft: null, chainTrusted: null });
      const silent = await listen(createTcpServer((socket) => socket.on('error', () => {}).on('data', () => {})));
      const late = await check('certificate.check', { host: HOST }, silent, { timeoutMs: 60 });
      expect(late.data.error).to.deep.equal({ code: 'ETIMEDOUT', message: 'no answer within 60 ms' });
    });
  });

  describe('check_tcp', () => {
    it('connects, or says why it could not', async () => {
      const open = await listen(
        createTcpServer((socket) =>
          socket
            .on('error', () => {})
            .resume()
            .end(),
        ),
      );
      expect((await check('tcp.check', { host: HOST, port: 5432 }, open)).data).to.include({
        connected: true,
        error: null,
      });
      const refusedPort = await check('tcp.check', { host: HOST, port: 5432 }, await closedPort());
      expect(refusedPort.data).to.include({ host: HOST, port: 5432, connected: false });
      expect(refusedPort.data.error?.code).to.equal('ECONNREFUSED');
    });

    it('reports a name without an address as an error of the wire', async () => {
      const options = { allowedHosts: ['no-such-host.invalid'] };
      const { data } = await run(options, 'tcp.check', { host: 'no-such-host.invalid', port: 80 });
      expect(data.error?.code).to.match(/ENOTFOUND|EAI_AGAIN|ETIMEDOUT/);
    });

    it('stops when the caller gives up', async () => {
      const server = createNetworkServer({ allowedHosts: ['127.0.0.1'] });
      const tool = server.tools.find(({ name }) => name === 'check_tcp')!;
      const call = tool.run({ host: '127.0.0.1', port: await closedPort() }, { signal: AbortSignal.abort() });
      expect((await failureOf(call)).failure).to.equal('aborted');
    });
  });

  describe('check_http', () => {
    it('returns the status, with the host it was asked for, and follows no redirect', async () => {
      const hosts: unknown[] = [];
      const server = createHttpServer((request, response) => {
        hosts.push(request.headers.host);
        if (request.url === '/moved') response.writeHead(302, { location: 'http://169.254.169.254/' });
        else response.writeHead(503);
        response.end('body');
      });
      const port = await listen(server);
      const down = await check('http.check', { url: `http://${HOST}/x?y=1` }, port);
      expect(down.data).to.include({ status: 503, error: null });
      expect((await check('http.check', { url: `http://${HOST}/moved` }, port)).data.status).to.equal(302);
      expect(hosts).to.deep.equal([HOST, HOST]);
    });

    it('reports a certificate that clients would refuse', async () => {
      const { data } = await check('http.check', { url: `https://${HOST}/` }, await listenTls(sound));
      expect(data.status).to.equal(null);
      expect(data.error?.code).to.equal('DEPTH_ZERO_SELF_SIGNED_CERT');
    });

    it('takes only http(s) URLs without user names', async () => {
      for (const url of ['ftp://api.example.com/', 'http://u:p@api.example.com/', 'nonsense', 'file:///etc/passwd']) {
        expect((await failureOf(check('http.check', { url }, 1))).failure).to.equal('bad_request');
      }
    });
  });

  describe('check_dns', () => {
    it('answers from the overrides like a hosts file, and says that DNS was not asked', async () => {
      const { data, text } = await check('dns.lookup', { name: HOST }, 1);
      expect(data).to.deep.include({ name: HOST, type: 'A', answers: ['127.0.0.1'], fixed: true, error: null });
      expect(text).to.include('fixed by configuration');
    });

    it('asks the DNS servers, and tells a name that does not exist from one that does', async () => {
      const dns = await dnsServer('93.184.216.34');
      try {
        const options = { allowedHosts: [HOST], dnsServers: [dns.at] };
        const found = await run(options, 'dns.lookup', { name: HOST });
        expect(found.data).to.deep.include({ answers: ['93.184.216.34'], error: null });
        expect(found.data).to.not.have.property('fixed');
        for (const type of ['AAAA', 'CNAME', 'SRV', 'TXT'] as const) {
          const missing = await run(options, 'dns.lookup', { name: HOST, type });
          expect(missing.data.error?.code, type).to.equal('ENOTFOUND');
        }
      } finally {
        await dns.close();
      }
    });

    it('returns the silence of a DNS server as an error of the wire', async () => {
      const options = { allowedHosts: [HOST], dnsServers: [`127.0.0.1:${await closedPort()}`], timeoutMs: 200 };
      const { data } = await run(options, 'dns.lookup', { name: HOST, type: 'TXT' });
      expect(data.answers).to.deep.equal([]);
      expect(data.error?.code).to.match(/ECONNREFUSED|ETIMEOUT|ETIMEDOUT/);
    });
  });

  it('refuses every tool for a host that is not listed, and says how to list it', async () => {
    const calls = [
      run({ allowedHosts: [] }, 'certificate.check', { host: HOST }),
      run({ allowedHosts: [] }, 'tcp.check', { host: HOST, port: 1 }),
      run({ allowedHosts: [] }, 'http.check', { url: `http://${HOST}/` }),
      run({ allowedHosts: [] }, 'dns.lookup', { name: HOST }),
    ];
    for (const call of calls) {
      const error = await failureOf(call);
      expect(error.failure).to.equal('refused');
      expect(error.message).to.include(`add "${HOST}" to NETWORK_ALLOWED_HOSTS`);
    }
  });
});

async function run<C extends Capability>(options: NetworkOptions, capability: C, input: CapabilityInput<C>) {
  const tool = createNetworkServer(options).tools.find(({ name }) => name === CAPABILITIES[capability].tool)!;
  const { data, text } = await tool.run(tool.input.parse(input), { signal: never });
  return { data: tool.output.parse(data) as CapabilityOutput<C>, text };
}

/** A certificate for a host that ends in so many hours, signed by itself or by the authority. */
async function certificate(host: string, hours: number, ca?: Certificate, validInHours = -48): Promise<Certificate> {
  const now = Date.now();
  return generate([{ name: 'commonName', value: host }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(now + validInHours * HOUR_MS),
    notAfterDate: new Date(now + hours * HOUR_MS),
    extensions: [
      { name: 'basicConstraints', cA: host.endsWith('Authority'), critical: true },
      ...(host.includes('.')
        ? [{ name: 'subjectAltName' as const, altNames: [{ type: 2 as const, value: host }] }]
        : []),
    ],
    ca: ca && { cert: ca.cert, key: ca.private },
  });
}

/** A port where nobody listens any more. */
async function closedPort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
