import { expect } from 'chai';
import { createMcpGateway } from '../../../../../src/shared/mcp/mcp-gateway.ts';
import { endpointSourceSchema } from '../../../../../src/shared/mcp/replicas/endpoint-source.ts';
import { listReadyAddresses } from '../../../../../src/shared/mcp/replicas/list-kubernetes.ts';
import { type DnsLookup, lookUpEndpoints } from '../../../../../src/shared/mcp/replicas/look-up-endpoints.ts';
import { controllableServer, pauseMs, replicasOf } from '../support/controllable-server.ts';
import { failureOf } from '../support/waits.ts';

const signal = new AbortController().signal;
const pattern = { kind: 'http', url: 'http://discovered/mcp', headers: { a: 'b' } } as const;
const refused = async () => Promise.reject(Object.assign(new Error('queryA ENOTFOUND mcp'), { code: 'ENOTFOUND' }));
const dns: DnsLookup = { resolve4: refused, resolve6: refused, resolveSrv: refused };
const urlsOf = async (source: unknown, deps: Partial<DnsLookup> = {}, listKubernetes?: () => Promise<string[]>) => {
  const found = await lookUpEndpoints(
    endpointSourceSchema.parse(source),
    pattern,
    { dns: { ...dns, ...deps }, listKubernetes },
    signal,
  );
  return found.map((target) => (target.kind === 'http' ? target.url : ''));
};

describe('looking endpoints up', () => {
  it('takes addresses from A and AAAA records, and does without one kind', async () => {
    const source = { dns: 'mcp.example.com', port: 8080 };
    const resolve4 = async () => ['10.0.0.2', '10.0.0.1'];
    expect(await urlsOf(source, { resolve4 })).to.deep.equal(['http://10.0.0.1:8080/mcp', 'http://10.0.0.2:8080/mcp']);
    const resolve6 = async () => ['fd00::1'];
    expect(await urlsOf({ ...source, scheme: 'https', path: '/x' }, { resolve6 })).to.deep.equal([
      'https://[fd00::1]:8080/x',
    ]);
  });

  it('takes the SRV records of the best priority with their ports', async () => {
    const resolveSrv = async () => [
      { name: 'b.example.com', port: 2, priority: 1 },
      { name: 'a.example.com', port: 1, priority: 1 },
      { name: 'c.example.com', port: 3, priority: 9 },
    ];
    const urls = await urlsOf({ srv: '_mcp._tcp.example.com' }, { resolveSrv });
    expect(urls).to.deep.equal(['http://a.example.com:1/mcp', 'http://b.example.com:2/mcp']);
  });

  it('takes the ready addresses of EndpointSlices by the port that is named', async () => {
    const slices = [
      {
        ports: [
          { name: 'metrics', port: 9 },
          { name: 'mcp', port: 80 },
        ],
        endpoints: [
          { addresses: ['10.0.0.1'], conditions: { ready: true } },
          { addresses: ['10.0.0.2'], conditions: { ready: false } },
          { addresses: ['fd00::3'] },
        ],
      },
    ];
    const asked: unknown[] = [];
    const open = async () => ({
      endpointSlices: async (options: unknown) => {
        asked.push(options);
        return { items: slices, complete: true };
      },
    });
    const service = { namespace: 'tools', service: 'mcp', port: 'mcp' };
    const addresses = await listReadyAddresses({ kubeconfigPath: null }, service, signal, open);
    expect(addresses).to.deep.equal(['10.0.0.1:80', '[fd00::3]:80']);
    expect(asked).to.deep.include({ namespace: 'tools', labelSelector: 'kubernetes.io/service-name=mcp', signal });
    expect(await urlsOf({ kubernetes: service }, {}, async () => addresses)).to.have.length(2);
  });

  it('says what is wrong where nothing can be looked up', async () => {
    const source = { dns: 'mcp', port: 1 };
    expect(await urlsOf(source).catch((error) => error.message)).to.include('ENOTFOUND');
    const kubernetes = { kubernetes: { namespace: 'n', service: 's' } };
    expect(await urlsOf(kubernetes).catch((error) => error.message)).to.include('KUBECONFIG');
  });

  it('follows what is found: new endpoints join, gone ones leave, and a failing lookup changes nothing', async () => {
    const [one, two] = [await controllableServer(), await controllableServer()];
    let found: () => Promise<string[]> = async () => Promise.reject(new Error('no cluster'));
    const source = { ...endpointSourceSchema.parse({ kubernetes: { namespace: 'n', service: 's' } }), everyMs: 20 };
    const configured = { ...replicasOf([one]), discover: source };
    const gateway = createMcpGateway({
      servers: [configured],
      lookup: { listKubernetes: () => found() },
      limits: { attempts: 1 },
    });
    const read = () => gateway.call('slack.channel_info', { channel: 'C' }, { signal });
    const endpoints = () => gateway.status()[0]!.endpoints.length;
    try {
      const error = await failureOf(read());
      expect(error.failure).to.equal('connection');
      expect(error.message).to.include('no cluster');
      found = async () => [`127.0.0.1:${one.port}`];
      await read();
      found = async () => [`127.0.0.1:${one.port}`, `127.0.0.1:${two.port}`];
      while (endpoints() < 2) await pauseMs(5);
      found = async () => Promise.reject(new Error('gone'));
      await pauseMs(50);
      expect(endpoints()).to.equal(2);
      found = async () => [`127.0.0.1:${two.port}`];
      while (endpoints() > 1) await pauseMs(5);
      const before = two.calls('get_channel_info');
      await read();
      expect(two.calls('get_channel_info') - before).to.equal(1);
    } finally {
      await gateway.close();
      await Promise.all([one.close(), two.close()]);
    }
  });
});
