import { expect } from 'chai';
import {
  type KubernetesSandbox,
  startKubernetesSandbox,
} from '../../scripts/sandbox/kubernetes/start-kubernetes-sandbox.ts';
import { kubernetesEvent, podName, workload } from '../../scripts/sandbox/scenarios/kubernetes-objects.ts';
import { createWorldClock, type Scenario } from '../../scripts/sandbox/scenarios/telemetry-world.ts';
import type { ServerDefinition } from '../../src/shared/mcp/server-definition.ts';
import { createKubernetesServer } from '../../src/shared/mcp/servers/kubernetes/kubernetes-server.ts';
import { allPages, secondPage } from '../support/all-pages.ts';
import { runCapability, runTool } from '../support/run-tool.ts';
import { failureOf } from '../unit/shared/mcp/support/waits.ts';

const MINUTE = 60_000;

/** A cluster with nothing but so many events. */
const eventsOnly =
  (count: number): Scenario =>
  (now) => {
    const about = { namespace: 'even', kind: 'Pod', name: 'svc', reason: 'Pulled' };
    return {
      objects: Array.from({ length: count }, (_, index) =>
        kubernetesEvent({ ...about, message: `pulled ${index}`, firstSeen: now - ((index * 7919) % 5000) * 1000 }),
      ),
    };
  };

/** A cluster of so many services, each with a pod and an event; `padding` makes every pod that much larger. */
const crowd =
  (services: number, { padding = 0, lines = 0 } = {}): Scenario =>
  (now) => {
    const names = Array.from({ length: services }, (_, index) => `svc-${String(index).padStart(5, '0')}`);
    const pod = { suffix: 'aaaaa', createdAt: now - 60 * MINUTE, ready: true, restarts: 0 };
    const objects = names.flatMap((name, index) => {
      const namespace = index % 2 === 0 ? 'even' : 'odd';
      const parts = workload({ name, namespace, image: `x/${name}:1`, port: 80, pods: [pod] });
      for (const part of parts) if (part.kind === 'Pod' && padding > 0) part.metadata.padding = 'x'.repeat(padding);
      const about = { namespace, kind: 'Pod', name: podName(name, pod) };
      const firstSeen = now - ((index * 7919) % 1000) * 1000;
      return [...parts, kubernetesEvent({ ...about, reason: 'Pulled', message: `pulled ${index}`, firstSeen })];
    });
    const [namespace, container] = ['even', names[0]!];
    const log = Array.from({ length: lines }, (_, index) => `line ${index}`);
    const podLogs = [{ namespace, pod: podName(container, pod), container, previous: false, lines: log }];
    return { objects, podLogs: lines > 0 ? podLogs : [] };
  };

describe('the pages of the kubernetes server', function () {
  this.timeout(60_000);
  let cluster: KubernetesSandbox;
  let server: ServerDefinition;

  const start = async (scenario: Scenario, more: { namespaces?: string[] } = {}) => {
    const world = createWorldClock([scenario]);
    cluster = await startKubernetesSandbox({ scenarios: [scenario], world });
    server = createKubernetesServer({ kubeconfigPath: cluster.kubeconfigPath, timeoutMs: 20_000, ...more });
    return world;
  };
  afterEach(() => cluster.close());

  it('are together all events, newest first, by namespace lists too', async () => {
    for (const namespaces of [undefined, ['even', 'odd']]) {
      await start(crowd(23), { namespaces });
      const pages = await allPages<{ message: string; lastSeen: string }>(server, 'get_events', { limit: 5 }, 'events');
      expect(pages.map((page) => page.length)).to.deep.equal([5, 5, 5, 5, 3]);
      const all = pages.flat();
      expect(new Set(all.map(({ message }) => message)).size).to.equal(23);
      const times = all.map(({ lastSeen }) => lastSeen);
      expect(times).to.deep.equal(times.toSorted().reverse());
      if (namespaces === undefined) await cluster.close();
    }
  });

  it('end where a page ends with the list', async () => {
    await start(crowd(10));
    const pages = await allPages(server, 'get_events', { limit: 5 }, 'events');
    expect(pages.map((page) => page.length)).to.deep.equal([5, 5]);
  });

  it('show the state of the first page, whatever happens meanwhile', async () => {
    const world = await start(crowd(6));
    const first = await runCapability(server, 'events.list', { limit: 3 });
    expect(first.data).to.include({ truncated: true });
    world.tell([crowd(50)]);
    const next = { limit: 10, cursor: first.data.nextCursor! };
    const { data } = await runCapability(server, 'events.list', next);
    expect([data.events.length, data.truncated, data.nextCursor]).to.deep.equal([3, false, null]);
    expect((await runCapability(server, 'events.list', { limit: 100 })).data.events).to.have.length(50);
  });

  it('go on behind what one call can read, at the tokens of the API', async () => {
    await start(eventsOnly(3_100));
    const pages = await allPages<{ message: string }>(server, 'get_events', { limit: 500 }, 'events');
    expect(pages.map((page) => page.length)).to.deep.equal([500, 500, 500, 500, 500, 500, 100]);
    expect(new Set(pages.flat().map(({ message }) => message)).size).to.equal(3_100);
  });

  it('are together all objects of all kinds, so many of each kind at a time', async () => {
    for (const namespaces of [undefined, ['even', 'odd']]) {
      await start(crowd(7), { namespaces });
      const input = { kinds: ['Deployment', 'Service', 'Ingress'], limit: 3 };
      type Listed = { kind: string; metadata: { name: string } };
      const pages = await allPages<Listed>(server, 'list_objects', input, 'objects');
      expect(pages.map((page) => page.length)).to.deep.equal([6, 6, 2]);
      const names = pages.flat().map(({ kind, metadata }) => `${kind} ${metadata.name}`);
      expect(new Set(names).size).to.equal(14);
      if (namespaces === undefined) await cluster.close();
    }
  });

  it('are together the log of a pod, its newest lines first', async () => {
    await start(crowd(1, { lines: 25 }));
    const pages = await allPages<string>(server, 'get_pod_logs', { pod: 'svc-00000', tailLines: 10 }, 'lines');
    expect(pages.map((page) => [page.length, page[0], page.at(-1)])).to.deep.equal([
      [10, 'line 15', 'line 24'],
      [10, 'line 5', 'line 14'],
      [5, 'line 0', 'line 4'],
    ]);
    const whole = await runCapability(server, 'pods.logs', { pod: 'svc-00000', tailLines: 25 });
    expect(whole.data).to.include({ truncated: false, nextCursor: null });
  });

  it('say that a cursor has expired once the cluster has forgotten its state', async () => {
    await start(crowd(9));
    const tools = [
      ['get_events', { limit: 2 }],
      ['get_pod_status', { limit: 2 }],
      ['list_objects', { limit: 2, kinds: ['Service'] }],
    ] as const;
    for (const [tool, input] of tools) {
      const cursor = await secondPage(server, tool, input);
      cluster.compact();
      const failure = await failureOf(runTool(server, tool, { ...input, cursor }));
      expect(failure, tool).to.include({ failure: 'bad_request', detail: 'expired_cursor', retryable: false });
      expect(failure.message, tool).to.include(`call ${tool} again without it`);
      await runTool(server, tool, input);
    }
  });

  it('refuse a cursor that was changed, is of another question, or leaves the namespaces', async () => {
    await start(crowd(9));
    const cursor = await secondPage(server, 'get_events', { limit: 2 });
    const narrow = createKubernetesServer({
      kubeconfigPath: cluster.kubeconfigPath,
      timeoutMs: 5_000,
      namespaces: ['odd'],
    });
    const attempts = [
      () => runTool(server, 'get_events', { namespace: 'even', cursor }),
      () => runTool(server, 'get_pod_status', { cursor }),
      () => runTool(server, 'get_events', { cursor: `x${cursor}` }),
      () => runTool(server, 'get_pod_logs', { pod: 'svc-00000', cursor: 'x' }),
      () => runTool(narrow, 'get_events', { cursor }),
    ];
    for (const attempt of attempts) {
      expect(await failureOf(attempt())).to.include({ failure: 'bad_request', detail: 'invalid_cursor' });
    }
  });

  it('are asked for in smaller parts where an answer would be too large, and one that still is gets refused', async () => {
    await start(crowd(40, { padding: 1024 * 1024 }));
    const { data } = await runCapability(server, 'pods.status', { limit: 100 });
    expect(data.pods).to.have.length(40);
    const asked = cluster.requests.filter((request) => request === 'GET /api/v1/pods');
    expect(asked.length).to.be.above(2);
    await cluster.close();
    await start(crowd(4, { padding: 6 * 1024 * 1024 }));
    const failure = await failureOf(runCapability(server, 'pods.status', {}));
    expect(failure).to.include({ failure: 'bad_request', detail: 'answer_too_large', retryable: false });
    expect(failure.message).to.include('larger than 16 MiB').and.include('ask for less');
  });

  it('begin anew by themselves where the state is forgotten while one call reads', async () => {
    await start(crowd(600));
    let compacted = false;
    const { push } = cluster.requests;
    cluster.requests.push = (...requests) => {
      // The second request of the listing comes with a token.
      if (!compacted && cluster.requests.includes('GET /api/v1/pods')) cluster.compact();
      compacted ||= cluster.requests.includes('GET /api/v1/pods');
      return push.apply(cluster.requests, requests);
    };
    const pages = await allPages<{ name: string }>(server, 'get_pod_status', { limit: 500 }, 'pods');
    expect(compacted).to.equal(true);
    expect(new Set(pages.flat().map(({ name }) => name)).size).to.equal(600);
  });
});
