import { expect } from 'chai';
import { createMcpGateway, type McpGatewayDeps } from '../../../../../src/shared/mcp/mcp-gateway.ts';
import type { ToolGateway } from '../../../../../src/shared/mcp/mcp-gateway.types.ts';
import {
  type ControllableServer,
  controllableServer,
  pauseMs,
  replicasOf,
  soundAnswer,
} from '../support/controllable-server.ts';
import { failureOf } from '../support/waits.ts';

const READ = 'slack.channel_info';
const WRITE = 'slack.post_message';
const POLICY = { ejectAfter: 2, ejectMs: 100, slowStartMs: 50 };

describe('several endpoints of one server', () => {
  const cleanups: (() => Promise<void>)[] = [];
  const serve = async (port?: number) => {
    const server = await controllableServer(port);
    cleanups.push(() => server.close().catch(() => {}));
    return server;
  };
  const gatewayOf = (servers: ControllableServer[], deps: Partial<McpGatewayDeps> = {}, policy = {}): ToolGateway => {
    const configured = replicasOf(servers, { ...POLICY, ...policy });
    const limits = { retryBaseMs: 1, concurrency: 64 };
    const deadlineMs = { [READ]: 5000, [WRITE]: 1000 };
    const gateway = createMcpGateway({
      servers: [configured],
      limits,
      deadlineMs,
      connection: { probeMs: 200 },
      ...deps,
    });
    cleanups.unshift(() => gateway.close());
    return gateway;
  };
  const signal = new AbortController().signal;
  const read = (gateway: ToolGateway) => gateway.call(READ, { channel: 'C1' }, { signal });
  const write = (gateway: ToolGateway) => gateway.call(WRITE, { channel: 'C1', text: 'x' }, { signal });
  const readMany = async (gateway: ToolGateway, rounds: number, width = 4) => {
    const durations: number[] = [];
    for (let round = 0; round < rounds; round++) {
      await Promise.all(
        Array.from({ length: width }, async () => {
          const started = performance.now();
          await read(gateway);
          durations.push(performance.now() - started);
        }),
      );
    }
    return durations.sort((a, b) => a - b);
  };
  /** Reads, every time with an answer, until the endpoints that are left alone are these. */
  const readUntilEjected = async (gateway: ToolGateway, wanted: boolean[]) => {
    const ejected = () => gateway.status()[0]!.endpoints.map((endpoint) => endpoint.ejected);
    for (let tries = 0; tries < 50 && ejected().join() !== wanted.join(); tries++) await readMany(gateway, 2);
    expect(ejected()).to.deep.equal(wanted);
  };
  const answering = (ms: number) => async (message: Parameters<typeof soundAnswer>[0]) => {
    await pauseMs(ms);
    return soundAnswer(message);
  };
  afterEach(async () => {
    for (const close of cleanups.splice(0)) await close();
  });

  it('spreads calls over all', async () => {
    for (const balance of ['round_robin', 'least_in_flight', 'weighted'] as const) {
      const servers = [await serve(), await serve(), await serve()];
      for (const server of servers) server.behave(answering(2));
      await readMany(gatewayOf(servers, {}, { balance, hedge: false, slowStartMs: 0 }), 9);
      const counts = servers.map((server) => server.calls('get_channel_info'));
      // One that was late once, on a busy machine, rightly gets less by weight.
      const least = balance === 'weighted' ? 1 : 3;
      for (const count of counts) expect(count, `${balance} ${counts}`).to.be.at.least(least);
    }
  }).timeout(8000);

  it('loses no call when one of three is killed, one hangs and one is slow, and takes the dead one back', async () => {
    const [dying, hanging, slow] = [await serve(), await serve(), await serve()];
    for (const server of [dying, hanging, slow]) server.behave(answering(5));
    const gateway = gatewayOf([dying, hanging, slow]);
    await readMany(gateway, 20);
    await dying.close();
    hanging.behave(() => null);
    slow.behave(answering(15));
    await readUntilEjected(gateway, [true, true, false]);
    const durations = await readMany(gateway, 10);
    // Only the slow one is left: no call waits for the two others.
    expect(durations[Math.floor(durations.length * 0.9)]).to.be.below(2000);
    const back = await serve(dying.port);
    const isServing = () => back.calls('get_channel_info') > 0 && !gateway.status()[0]!.endpoints[0]!.ejected;
    for (let tries = 0; tries < 100 && !isServing(); tries++) {
      await readMany(gateway, 2);
      await pauseMs(30);
    }
    expect(isServing()).to.equal(true);
  }).timeout(20_000);

  it('turns to one that was taken out for being slow when the only other hangs', async () => {
    const [quick, slow] = [await serve(), await serve()];
    quick.behave(answering(1));
    slow.behave(answering(80));
    const gateway = gatewayOf([quick, slow], {}, { balance: 'round_robin', slowStartMs: 0, ejectMs: 60_000 });
    await readUntilEjected(gateway, [false, true]);
    quick.behave(() => null);
    await readUntilEjected(gateway, [true, false]);
    await readMany(gateway, 2);
  }).timeout(20_000);

  it('asks a second endpoint when a read is late, and tells the first to stop', async () => {
    const [late, quick] = [await serve(), await serve()];
    for (const server of [late, quick]) server.behave(answering(1));
    const gateway = gatewayOf([late, quick], {}, { balance: 'round_robin', ejectAfter: 1000, slowStartMs: 0 });
    await readMany(gateway, 20);
    const { promise: stopped, resolve } = Promise.withResolvers<void>();
    late.behave((_message, { response }) => {
      response.once('close', resolve);
      return null;
    });
    const started = performance.now();
    await Promise.all([read(gateway), read(gateway)]);
    expect(performance.now() - started).to.be.below(1000);
    await stopped;
  }).timeout(8000);

  it('asks a third when the second fails while the first is still late', async () => {
    const [late, broken, well] = [await serve(), await serve(), await serve()];
    const policy = { balance: 'round_robin', ejectAfter: 1000, slowStartMs: 0 };
    const gateway = gatewayOf([late, broken, well], { limits: { attempts: 1, breakerFailures: 1000 } }, policy);
    await readMany(gateway, 24, 1);
    late.behave(() => null);
    broken.behave((_message, { response }) => {
      response.writeHead(503).end();
      return null;
    });
    const started = performance.now();
    await readMany(gateway, 3, 1);
    expect(performance.now() - started).to.be.below(4000);
  }).timeout(10_000);

  it('never asks a second endpoint for a write that is late, or that may have had its effect', async () => {
    const servers = [await serve(), await serve()];
    for (const server of servers) server.behave(() => null);
    const gateway = gatewayOf(servers);
    expect(await failureOf(write(gateway))).to.include({ failure: 'timeout', ambiguous: true });
    expect(servers[0]!.calls('post_message') + servers[1]!.calls('post_message')).to.equal(1);
  });

  it('pings an endpoint that failed once, so that only the first write finds out that it hangs', async () => {
    const [hanging, well] = [await serve(), await serve()];
    const gateway = gatewayOf([hanging, well], { random: () => 0 }, { ejectAfter: 50, ejectMs: 60_000 });
    await write(gateway);
    expect(hanging.calls('post_message')).to.equal(1);
    hanging.handle(() => null);
    expect(await failureOf(write(gateway))).to.include({ failure: 'timeout', ambiguous: true });
    while (!gateway.status()[0]!.endpoints[0]!.ejected) await pauseMs(20);
    for (let call = 0; call < 3; call++) await write(gateway);
    expect([hanging.calls('post_message'), well.calls('post_message')]).to.deep.equal([2, 3]);
  }).timeout(10_000);

  it('sends a write elsewhere where it certainly had no effect', async () => {
    const [gone, well] = [await serve(), await serve()];
    await gone.close();
    const gateway = gatewayOf([gone, well], { random: () => 0 });
    for (let call = 0; call < 4; call++) expect((await write(gateway)).data.ts).to.equal('1.0');
    expect(well.calls('post_message')).to.equal(4);
  });

  it('asks one that was left alone for being slow when all others fail', async () => {
    const [slow, ...others] = [await serve(), await serve(), await serve()];
    slow.behave(answering(80));
    for (const server of others) server.behave(answering(2));
    const policy = { ejectMs: 60_000, hedge: false, balance: 'round_robin' };
    const gateway = gatewayOf([slow, ...others], { limits: { breakerFailures: 2, attempts: 1 } }, policy);
    await readMany(gateway, 20, 3);
    expect(gateway.status()[0]!.endpoints[0]!.ejected).to.equal(true);
    for (const server of others) await server.close();
    for (let call = 0; call < 6; call++) expect((await read(gateway)).data.name).to.equal('alerts');
  }).timeout(8000);

  it('does not take one that fails at once for a fast one', async () => {
    const [failing, ...others] = [await serve(), await serve(), await serve()];
    for (const server of others) server.behave(answering(30));
    failing.behave((_message, { response }) => {
      response.writeHead(503).end();
      return null;
    });
    const limits = { attempts: 1, breakerFailures: 10_000 };
    const policy = { ejectAfter: 10_000, hedge: false, slowStartMs: 0 };
    const gateway = gatewayOf([failing, ...others], { limits }, policy);
    await readMany(gateway, 30, 1);
    expect(gateway.status()[0]!.endpoints[0]!.latencyMs).to.equal(null);
    expect(failing.calls('get_channel_info')).to.be.below(15);
    expect(gateway.status()[0]!.endpoints.map(({ ejected }) => ejected)).to.deep.equal([false, false, false]);
  }).timeout(8000);

  it('turns elsewhere where one refuses who asks, or lacks the tool', async () => {
    const [strict, older, well] = [await serve(), await serve(), await serve()];
    strict.behave((_message, { response }) => {
      response.writeHead(401).end();
      return null;
    });
    older.tools = [];
    const gateway = gatewayOf([strict, older, well], {}, { balance: 'round_robin', slowStartMs: 0 });
    for (let call = 0; call < 6; call++) expect((await read(gateway)).data.name).to.equal('alerts');
    for (let call = 0; call < 3; call++) expect((await write(gateway)).data.ts).to.equal('1.0');
    expect(well.calls('post_message')).to.equal(3);
  });

  it('takes the word of the second endpoint that the question is wrong, and waits for the first no longer', async () => {
    const [late, well] = [await serve(), await serve()];
    const policy = { balance: 'round_robin', ejectAfter: 1000, slowStartMs: 0 };
    const gateway = gatewayOf([late, well], { limits: { attempts: 1 } }, policy);
    await readMany(gateway, 24, 1);
    late.behave(() => null);
    well.behave(() => ({ isError: true, content: [{ type: 'text', text: 'no such channel' }] }));
    const started = performance.now();
    for (let call = 0; call < 2; call++) expect((await failureOf(read(gateway))).failure).to.equal('tool_error');
    expect(performance.now() - started).to.be.below(4000);
  }).timeout(12_000);

  it('leaves one that is far slower alone', async () => {
    const servers = [await serve(), await serve(), await serve()];
    const [slow, ...others] = servers;
    slow!.behave(answering(80));
    for (const server of others) server.behave(answering(2));
    const gateway = gatewayOf(servers, {}, { ejectMs: 60_000, hedge: false, balance: 'round_robin' });
    await readMany(gateway, 20, 3);
    expect(gateway.status()[0]!.endpoints.map(({ ejected }) => ejected)).to.deep.equal([true, false, false]);
  }).timeout(8000);

  it('asks those that failed all the same when there is no other', async () => {
    const servers = [await serve(), await serve()];
    const gateway = gatewayOf(servers, { limits: { retryBaseMs: 1, breakerFailures: 100 } });
    for (const server of servers) {
      server.behave((_message, { response }) => {
        response.destroy();
        return null;
      });
    }
    for (let call = 0; call < 3; call++) expect((await failureOf(read(gateway))).failure).to.equal('connection');
    for (const server of servers) server.behave(soundAnswer);
    for (let tries = 0; tries < 50; tries++) {
      if (await read(gateway).catch(() => null)) return;
      await pauseMs(20);
    }
    expect.fail('it did not come back');
  }).timeout(8000);
});
