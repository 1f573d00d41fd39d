import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { createMcpGateway } from '../../../../src/shared/mcp/mcp-gateway.ts';
import { type Behaviour, controllableServer, pauseMs, replicasOf, soundAnswer } from './support/controllable-server.ts';

describe('many calls under one signal', () => {
  it('leave no listener on it and no timer behind, however they end', async () => {
    const servers = [await controllableServer(), await controllableServer()];
    const endings: Behaviour[] = [
      soundAnswer,
      () => null,
      (_message, { response }) => {
        response.destroy();
        return null;
      },
      (_message, { response }) => {
        response.writeHead(503).end();
        return null;
      },
    ];
    let turn = 0;
    for (const server of servers) server.behave((message, http) => endings[turn++ % endings.length]!(message, http));
    const { signal } = new AbortController();
    const timersBefore = timers();
    const gateway = createMcpGateway({
      servers: [replicasOf(servers, { cacheTtlMs: 0, breakerFailures: 10_000, ejectMs: 1, concurrency: 4 })],
      limits: { retryBaseMs: 1 },
      deadlineMs: { 'slack.channel_info': 150 },
    });
    const outcomes = new Set<string>();
    const ask = () =>
      gateway.call('slack.channel_info', { channel: 'C1' }, { signal }).then(
        () => outcomes.add('ok'),
        ({ failure }) => outcomes.add(failure),
      );
    for (let round = 0; round < 6; round++) await Promise.all(Array.from({ length: 20 }, ask));
    expect(outcomes.size).to.be.above(1);
    await gateway.close();
    await Promise.all(servers.map((server) => server.close()));
    await pauseMs(20);
    expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
    expect(timers()).to.be.at.most(timersBefore);
  }).timeout(30_000);
});

const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
