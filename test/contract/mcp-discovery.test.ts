import { Resolver } from 'node:dns/promises';
import { expect } from 'chai';
import { startKubernetesSandbox } from '../../scripts/sandbox/kubernetes/start-kubernetes-sandbox.ts';
import { SCENARIOS } from '../../scripts/sandbox/scenarios/index.ts';
import { createMcpGateway } from '../../src/shared/mcp/mcp-gateway.ts';
import type { ToolGateway } from '../../src/shared/mcp/mcp-gateway.types.ts';
import { type EndpointSource, endpointSourceSchema } from '../../src/shared/mcp/replicas/endpoint-source.ts';
import { listReadyAddresses } from '../../src/shared/mcp/replicas/list-kubernetes.ts';
import { type DnsZoneServer, serveDnsZone } from '../support/dns-zone.ts';
import {
  type ControllableServer,
  controllableServer,
  pauseMs,
  replicasOf,
} from '../unit/shared/mcp/support/controllable-server.ts';
import { failureOf } from '../unit/shared/mcp/support/waits.ts';

const signal = new AbortController().signal;
const READ = 'slack.channel_info';

describe('endpoints of a server that are found in the DNS', () => {
  let names: DnsZoneServer;
  let servers: [ControllableServer, ControllableServer];
  let gateway: ToolGateway;
  const dns = new Resolver({ timeout: 500, tries: 2 });
  before(async () => {
    names = await serveDnsZone({ addresses: {}, services: {} });
    dns.setServers([names.at]);
  });
  beforeEach(async () => {
    servers = [await controllableServer(), await controllableServer()];
  });
  afterEach(async () => {
    await gateway.close();
    await Promise.all(servers.map((server) => server.close()));
  });
  after(() => names.close());

  const open = (source: unknown) => {
    const discover: EndpointSource = { ...endpointSourceSchema.parse(source), everyMs: 20 };
    const configured = { ...replicasOf([servers[0]]), discover };
    gateway = createMcpGateway({ servers: [configured], lookup: { dns }, limits: { attempts: 2, retryBaseMs: 1 } });
  };
  const read = () => gateway.call(READ, { channel: 'C1' }, { signal });
  const endpoints = () => gateway.status()[0]!.endpoints.map(({ endpoint }) => endpoint);
  const until = async (test: () => boolean) => {
    while (!test()) await pauseMs(5);
  };

  it('follow the A and AAAA records of a name', async () => {
    const { port } = servers[0];
    names.zone.addresses['mcp.test'] = ['127.0.0.1'];
    open({ dns: 'mcp.test', port });
    await read();
    expect(endpoints()).to.deep.equal([`127.0.0.1:${port}`]);
    names.zone.addresses['mcp.test'] = ['127.0.0.1', '::1'];
    await until(() => endpoints().length === 2);
    expect(endpoints()).to.include(`[::1]:${port}`);
    delete names.zone.addresses['mcp.test'];
    await pauseMs(60);
    // A name that is gone is a failed lookup: what is known stays.
    expect(endpoints()).to.have.length(2);
  });

  it('follow the SRV records of a service, those of the best priority with their ports', async () => {
    const record = (server: ControllableServer, priority: number) => ({
      priority,
      port: server.port,
      name: 'localhost',
    });
    names.zone.services['_mcp._tcp.test'] = [record(servers[0], 1), record(servers[1], 2)];
    open({ srv: '_mcp._tcp.test' });
    await read();
    expect(endpoints()).to.deep.equal([`localhost:${servers[0].port}`]);
    names.zone.services['_mcp._tcp.test'] = [record(servers[1], 1)];
    await until(() => endpoints().includes(`localhost:${servers[1].port}`));
    await read();
    expect(servers.map((server) => server.calls('get_channel_info'))).to.deep.equal([1, 1]);
  });

  it('are waited for when nothing is there yet', async () => {
    open({ srv: '_later._tcp.test' });
    const error = await failureOf(read());
    expect(error.failure).to.equal('connection');
    expect(error.message).to.match(/endpoints of MCP server fixture cannot be looked up: .*(ENOTFOUND|ENODATA)/);
    names.zone.services['_later._tcp.test'] = [{ priority: 0, port: servers[0].port, name: 'localhost' }];
    await read();
  });
});

describe('endpoints of a server that are found in Kubernetes', () => {
  it('are the ready addresses of the service by the API of the cluster, through the real client', async () => {
    const cluster = await startKubernetesSandbox({ scenarios: Object.values(SCENARIOS) });
    try {
      const kubernetes = { kubeconfigPath: cluster.kubeconfigPath };
      const service = { namespace: 'shop', service: 'user-service' };
      const addresses = await listReadyAddresses(kubernetes, service, signal);
      expect(addresses).not.to.deep.equal([]);
      for (const address of addresses) expect(address).to.match(/^\d+\.\d+\.\d+\.\d+:\d+$/);
      expect(await listReadyAddresses(kubernetes, { ...service, port: 'no-such-port' }, signal)).to.deep.equal([]);
      expect(await listReadyAddresses(kubernetes, { ...service, service: 'nothing' }, signal)).to.deep.equal([]);
    } finally {
      await cluster.close();
    }
  });
});
