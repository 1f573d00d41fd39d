import { expect } from 'chai';
import { DependencyError, type FailureClass } from '../../../../src/shared/errors.ts';
import { type ConfiguredServer, ownServer } from '../../../../src/shared/mcp/configured-server.ts';
import { type CallRecord, createMcpGateway, type McpGatewayDeps } from '../../../../src/shared/mcp/mcp-gateway.ts';
import type { McpGateway } from '../../../../src/shared/mcp/mcp-gateway.types.ts';
import { toolFor } from '../../../../src/shared/mcp/server-definition.ts';
import { configuredFixture, type FixtureBehaviour, fixtureServer, hang } from './support/fixture-server.ts';
import { failureOf } from './support/waits.ts';

const READ = 'slack.channel_info';
const WRITE = 'slack.post_message';
const limits = { retryBaseMs: 1, breakerFailures: 50 };
const never = () => new AbortController().signal;

describe('the MCP gateway over a server in this process', () => {
  const open: McpGateway[] = [];
  const gatewayOf = (behaviour: FixtureBehaviour, deps: Partial<McpGatewayDeps> = {}) => {
    const target = { kind: 'in-process', definition: fixtureServer(behaviour) } as const;
    const gateway = createMcpGateway({ servers: [configuredFixture(target)], limits, ...deps });
    open.push(gateway);
    return gateway;
  };
  const read = (gateway: McpGateway, signal = never()) => gateway.call(READ, { channel: 'C1' }, { signal });
  const write = (gateway: McpGateway, signal = never()) =>
    gateway.call(WRITE, { channel: 'C1', text: 'x' }, { signal });
  afterEach(() => Promise.all(open.splice(0).map((gateway) => gateway.close())));

  it('answers with checked data, the text and the call that was made', async () => {
    const result = await read(gatewayOf({}));
    expect(result).to.deep.include({
      capability: READ,
      server: 'fixture',
      tool: 'get_channel_info',
      arguments: { channel: 'C1' },
      data: { id: 'C1', name: 'alerts', isMember: true, isArchived: false },
      text: 'channel alerts',
    });
  });

  it('knows what is configured, and says what to do about the rest', async () => {
    const gateway = gatewayOf({});
    expect([gateway.has(READ), gateway.has('pods.logs')]).to.deep.equal([true, false]);
    const error = await failureOf(gateway.call('pods.logs', { pod: 'p' }, { signal: never() }));
    expect(error).to.include({ failure: 'not_configured', dependency: 'kubernetes' });
    expect(error.message).to.include('MCP_CONFIG');
  });

  it('takes away a capability whose tool the server turns out not to have', async () => {
    const definition = fixtureServer();
    const target = { kind: 'in-process', definition: { ...definition, tools: definition.tools.slice(0, 1) } } as const;
    const gateway = createMcpGateway({ servers: [configuredFixture(target)] });
    open.push(gateway);
    expect([gateway.has(READ), gateway.has(WRITE)]).to.deep.equal([true, false]);
  });

  it('refuses arguments that do not fit before anything is sent', async () => {
    let calls = 0;
    const gateway = gatewayOf({ read: async () => String(calls++) });
    const error = await failureOf(gateway.call(READ, { channel: 7 } as never, { signal: never() }));
    expect(error).to.include({ failure: 'bad_request', ambiguous: false });
    expect(error.message).to.include('channel');
    expect(calls).to.equal(0);
  });

  it('reports every call once, with its outcome and without its result', async () => {
    const records: CallRecord[] = [];
    let fail = true;
    const gateway = gatewayOf(
      {
        read: async () => {
          fail = !fail;
          if (!fail) throw new DependencyError('x', 'overload', 'busy');
          return 'n';
        },
        write: async () => Promise.reject(new DependencyError('x', 'auth', 'no')),
      },
      { observe: (record) => records.push(record) },
    );
    await gateway.call(READ, { channel: 'C1' }, { signal: never(), incidentId: 'i1' });
    await failureOf(write(gateway));
    const common = { server: 'fixture', origin: 'asked' };
    expect(records.map(({ durationMs, traceId, ...rest }) => rest)).to.deep.equal([
      {
        ...common,
        capability: READ,
        tool: 'get_channel_info',
        endpoint: 'in-process',
        outcome: 'ok',
        incidentId: 'i1',
        arguments: { channel: 'C1' },
      },
      {
        ...common,
        capability: WRITE,
        tool: 'post_message',
        endpoint: null,
        outcome: 'auth',
        incidentId: null,
        arguments: { channel: 'C1', text: 'x' },
      },
    ]);
    for (const { durationMs, traceId } of records) {
      expect(durationMs).to.be.at.least(0);
      expect(traceId).to.match(/^[0-9a-f]{32}$/);
    }
  });

  it('does not let a failing observer turn a finished call into a failed one', async () => {
    const observe = () => {
      throw new Error('metrics are broken');
    };
    expect((await write(gatewayOf({}, { observe }))).data.ts).to.equal('1.0');
  });

  for (const failure of ['connection', 'timeout', 'overload', 'rate_limit'] as const) {
    it(`tries a read again after ${failure}, and gives up after the third attempt`, async () => {
      let calls = 0;
      const gateway = gatewayOf({ read: () => failing(failure, () => calls++) });
      expect((await failureOf(read(gateway))).failure).to.equal(failure);
      expect(calls).to.equal(3);
    });
  }

  for (const failure of ['bad_request', 'auth', 'refused', 'tool_error', 'not_found'] as const) {
    it(`does not try again after ${failure}`, async () => {
      let calls = 0;
      const gateway = gatewayOf({ read: () => failing(failure, () => calls++) });
      expect((await failureOf(read(gateway))).failure).to.equal(failure);
      expect(calls).to.equal(1);
    });
  }

  it('waits as long as the server asked for before it tries again, unless that is too long', async () => {
    const times: number[] = [];
    const asking = (retryAfterMs: number) => async () => {
      times.push(performance.now());
      throw new DependencyError('x', 'rate_limit', 'slow down', { retryAfterMs });
    };
    await failureOf(read(gatewayOf({ read: asking(60) }, { limits: { ...limits, attempts: 2 } })));
    expect(times[1]! - times[0]!).to.be.at.least(58);
    times.length = 0;
    const error = await failureOf(read(gatewayOf({ read: asking(60_000) })));
    expect(error.retryAfterMs).to.equal(60_000);
    expect(times).to.have.length(1);
  });

  it('never sends a writing call twice', async () => {
    let calls = 0;
    const gateway = gatewayOf({ write: () => failing('connection', () => calls++) });
    expect((await failureOf(write(gateway))).failure).to.equal('connection');
    expect(calls).to.equal(1);
  });

  it('hands on what the tool says about its effect', async () => {
    const sent = new DependencyError('slack', 'timeout', 'no answer', { sent: true });
    expect(await failureOf(write(gatewayOf({ write: () => Promise.reject(sent) })))).to.include({ ambiguous: true });
    const error = await failureOf(write(gatewayOf({ write: () => failing('timeout') })));
    expect(error).to.include({ failure: 'timeout', ambiguous: false });
  });

  it('ends a call to a tool that hangs at its deadline and tells the tool', async () => {
    let told = false;
    const hanging: FixtureBehaviour['read'] = (context) => {
      context.signal.addEventListener('abort', () => {
        told = true;
      });
      return hang(context);
    };
    const gateway = gatewayOf({ read: hanging, write: hanging }, { deadlineMs: { [READ]: 30, [WRITE]: 30 } });
    expect(await failureOf(read(gateway))).to.include({ failure: 'timeout', ambiguous: false });
    expect(told).to.equal(true);
    expect(await failureOf(write(gateway))).to.include({ failure: 'timeout', ambiguous: true });
  });

  it('follows the caller who gives up: before sending nothing is ambiguous, after it a write is', async () => {
    const gateway = gatewayOf({ read: hang, write: hang });
    expect(await failureOf(write(gateway, AbortSignal.abort()))).to.include({ failure: 'aborted', ambiguous: false });
    expect(await failureOf(write(gateway, AbortSignal.timeout(50)))).to.include({
      failure: 'aborted',
      ambiguous: true,
    });
    expect(await failureOf(read(gateway, AbortSignal.timeout(50)))).to.include({
      failure: 'aborted',
      ambiguous: false,
    });
  });

  it('follows the caller during the pause before a retry', async () => {
    const gateway = gatewayOf(
      { read: () => failing('overload') },
      { limits: { ...limits, retryBaseMs: 60_000, retryCapMs: 60_000 } },
    );
    expect((await failureOf(read(gateway, AbortSignal.timeout(50)))).failure).to.equal('aborted');
  }).timeout(2000);

  it('opens the breaker after repeated failures and closes it when the server is well again', async () => {
    let broken = true;
    let calls = 0;
    const gateway = gatewayOf(
      { read: () => (broken ? failing('connection', () => calls++) : Promise.resolve('well')) },
      { limits: { attempts: 1, breakerFailures: 2, breakerOpenMs: 40 } },
    );
    for (const expected of ['connection', 'connection', 'breaker_open'] satisfies FailureClass[]) {
      expect((await failureOf(read(gateway))).failure).to.equal(expected);
    }
    expect(calls).to.equal(2);
    expect((await gateway.health(never()))[0]!.breaker).to.equal('open');
    broken = false;
    await new Promise((resolve) => setTimeout(resolve, 45));
    expect((await read(gateway)).data.name).to.equal('well');
    expect((await gateway.health(never()))[0]!.breaker).to.equal('closed');
  });

  it('does not open the breaker over questions that the server refuses', async () => {
    const gateway = gatewayOf({ read: () => failing('bad_request') }, { limits: { breakerFailures: 1 } });
    for (let call = 0; call < 3; call++) expect((await failureOf(read(gateway))).failure).to.equal('bad_request');
  });

  it('lets only so many calls run at once, and gives up those that wait too long', async () => {
    let running = 0;
    let most = 0;
    const behaviour: FixtureBehaviour = {
      read: async () => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 5));
        running -= 1;
        return 'n';
      },
      write: hang,
    };
    const gateway = gatewayOf(behaviour, { limits: { ...limits, concurrency: 2 } });
    await Promise.all(Array.from({ length: 8 }, () => read(gateway)));
    expect(most).to.equal(2);
    const stuck = [write(gateway, AbortSignal.timeout(80)), write(gateway, AbortSignal.timeout(80))];
    const late = await failureOf(write(gateway, AbortSignal.timeout(30)));
    expect(late).to.include({ failure: 'aborted', ambiguous: false });
    await Promise.all(stuck.map(failureOf));
  });

  it('turns away what neither runs nor may wait', async () => {
    const gateway = gatewayOf({ read: hang }, { limits: { attempts: 1, concurrency: 1, queued: 0 } });
    const running = failureOf(read(gateway, AbortSignal.timeout(60)));
    expect((await failureOf(read(gateway))).failure).to.equal('overload');
    await running;
  });

  it('tells of each server whether it answers', async () => {
    const gateway = gatewayOf({}, { servers: [ownServer(fixtureServer()), brokenServer()], limits });
    const [well, broken] = await gateway.health(never());
    expect(well).to.deep.include({ server: 'fixture', ok: true, protocolVersion: '2025-11-25', breaker: 'closed' });
    expect(well!.tools).to.deep.equal(['get_channel_info', 'post_message']);
    expect(broken).to.deep.include({ server: 'broken', ok: false, tools: [] });
    expect(broken!.detail).to.include('cannot start the command');
  });

  it('asks once for ten who ask the same at the same time, and again after something was written', async () => {
    let calls = 0;
    const behaviour: FixtureBehaviour = { read: async () => `asked ${++calls}` };
    const target = { kind: 'in-process', definition: fixtureServer(behaviour) } as const;
    const servers = [{ ...configuredFixture(target), policy: { cacheTtlMs: 60_000 } }];
    const records: CallRecord[] = [];
    const gateway = gatewayOf({}, { servers, observe: (record) => records.push(record) });
    const answers = await Promise.all(Array.from({ length: 10 }, () => read(gateway)));
    expect(new Set(answers.map(({ data }) => data.name))).to.deep.equal(new Set(['asked 1']));
    expect((await read(gateway)).data.name).to.equal('asked 1');
    expect(records.map(({ origin }) => origin)).to.deep.equal(['asked', ...Array(9).fill('joined'), 'cached']);
    await write(gateway);
    expect((await read(gateway)).data.name).to.equal('asked 2');
  });

  it('lets no more calls of one tool run at once than its policy says', async () => {
    let running = 0;
    let most = 0;
    const slowly = async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running -= 1;
      return 'n';
    };
    const target = { kind: 'in-process', definition: fixtureServer({ read: slowly }) } as const;
    const policy = { tools: { 'get_*': { concurrency: 2 } } };
    const gateway = gatewayOf({}, { servers: [{ ...configuredFixture(target), policy }] });
    await Promise.all(Array.from({ length: 8 }, () => read(gateway)));
    expect(most).to.equal(2);
  });

  it('asks the cheaper of two servers, and the other where that one fails', async () => {
    let broken = false;
    const cheap = fixtureServer({ read: () => (broken ? failing('connection') : Promise.resolve('cheap')) });
    const dear = fixtureServer({ read: async () => 'dear' });
    const servers = [
      { ...configuredFixture({ kind: 'in-process', definition: dear }), name: 'dear', cost: 5 },
      { ...configuredFixture({ kind: 'in-process', definition: cheap }), name: 'cheap', cost: 1 },
    ];
    const gateway = gatewayOf({}, { servers });
    expect(await read(gateway)).to.include({ server: 'cheap' });
    broken = true;
    expect(await read(gateway)).to.include({ server: 'dear' });
  });

  it('sends a cursor only to a server whose tool takes it', async () => {
    const asked: string[] = [];
    const logServer = (name: string) =>
      ownServer({
        name: 'signoz',
        version: '1',
        tools: [
          toolFor('logs.query', {
            title: name,
            description: name,
            run: async ({ cursor }) => {
              asked.push(`${name} ${cursor}`);
              return { data: { rows: [], hasMore: false, nextCursor: null, warning: null }, text: name };
            },
          }),
        ],
      });
    const mapping = { tool: 'query_logs', arguments: { from: '{from}', to: '{to}' } };
    const foreign = { ...logServer('foreign'), name: 'foreign', cost: 0, capabilities: { 'logs.query': mapping } };
    const range = { from: '2026-11-20T11:00:00Z', to: '2026-11-20T12:00:00Z' };
    const call = (gateway: McpGateway) => gateway.call('logs.query', { ...range, cursor: 'c' }, { signal: never() });
    expect((await call(gatewayOf({}, { servers: [foreign, logServer('own')], limits }))).text).to.equal('own');
    expect(asked).to.deep.equal(['own c']);
    const failure = await failureOf(call(gatewayOf({}, { servers: [foreign] })));
    expect(failure).to.include({ failure: 'not_configured', dependency: 'foreign' });
    expect(failure.message).to.include('leave "cursor" out');
  });

  it('asks the next server where the first holds nothing of what is asked, and gives the first answer where none does', async () => {
    const range = { from: '2026-11-20T11:00:00Z', to: '2026-11-20T12:00:00Z' };
    const asked: string[] = [];
    const metricServer = (name: string, metric: string) =>
      ownServer({
        name,
        version: '1',
        tools: [
          toolFor('metrics.query', {
            title: name,
            description: name,
            run: async (input) => {
              asked.push(name);
              if (input.metric === `broken.${name}`) throw new DependencyError(name, 'bad_request', 'no such question');
              const series = input.metric === metric ? [{ labels: {}, unit: null, points: [] }] : [];
              return { data: { metric: input.metric, series, warning: `from ${name}` }, text: name };
            },
          }),
        ],
      });
    const gateway = createMcpGateway({
      servers: [metricServer('signoz', 'm1'), metricServer('prometheus', 'm2')],
      limits,
    });
    open.push(gateway);
    const from = async (metric: string) => {
      const { server, data } = await gateway.call('metrics.query', { metric, ...range }, { signal: never() });
      expect(data.warning).to.equal(`from ${server}`);
      return `${server} after ${asked.splice(0).join(', ')}`;
    };
    expect(await from('m1')).to.equal('signoz after signoz');
    expect(await from('m2')).to.equal('prometheus after signoz, prometheus');
    expect(await from('m3')).to.equal('signoz after signoz, prometheus');
    expect(await from('broken.prometheus')).to.equal('signoz after signoz, prometheus');
  });

  it('answers no call after it is closed', async () => {
    const gateway = gatewayOf({});
    await read(gateway);
    await gateway.close();
    expect((await failureOf(read(gateway))).failure).to.equal('aborted');
  });
});

async function failing(failure: FailureClass, count: () => void = () => {}): Promise<never> {
  count();
  throw new DependencyError('fixture', failure, `failed by ${failure}`);
}

function brokenServer(): ConfiguredServer {
  return { name: 'broken', target: { kind: 'stdio', command: '/does/not/exist', args: [], env: {} }, capabilities: {} };
}
