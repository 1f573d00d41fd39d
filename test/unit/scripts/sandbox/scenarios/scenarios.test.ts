import { expect } from 'chai';
import { SCENARIO_NAMES, SCENARIOS } from '../../../../../scripts/sandbox/scenarios/index.ts';
import { createWorldClock, mergeScenarios } from '../../../../../scripts/sandbox/scenarios/telemetry-world.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const MINUTE = 60_000;

describe('the scenarios', () => {
  for (const name of SCENARIO_NAMES) {
    it(`${name} tells its story in the two hours before now, the same each time`, () => {
      const world = mergeScenarios([SCENARIOS[name]], NOW);
      for (const { at } of [...world.logs, ...world.spans]) expect(at).to.be.within(NOW - 121 * MINUTE, NOW);
      for (const { points } of world.metrics) expect(points.at(-1)?.[0]).to.be.at.most(NOW);
      expect(mergeScenarios([SCENARIOS[name]], NOW)).to.deep.equal(world);
    });

    it(`${name} has unique object names per kind and namespace`, () => {
      const { objects } = mergeScenarios(
        [SCENARIOS.background, SCENARIOS[name]].slice(name === 'background' ? 1 : 0),
        NOW,
      );
      const keys = objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`);
      expect(new Set(keys).size).to.equal(keys.length);
    });

    it(`${name} keeps logs only of containers that exist`, () => {
      const { podLogs, objects } = mergeScenarios([SCENARIOS[name]], NOW);
      const pods = new Set(objects.filter(({ kind }) => kind === 'Pod').map(({ metadata }) => metadata.name));
      for (const { pod } of podLogs) expect(pods.has(pod), pod).to.equal(true);
    });
  }

  it('the world stands still while it is asked and moves on after a quiet time', () => {
    let now = NOW;
    const clock = createWorldClock([SCENARIOS.pool], () => now);
    const first = clock.read();
    now += 4 * MINUTE;
    expect(clock.read()).to.equal(first);
    now += 6 * MINUTE;
    expect(clock.read().logs.at(-1)?.at).to.equal((first.logs.at(-1)?.at ?? 0) + 10 * MINUTE);
  });
});
