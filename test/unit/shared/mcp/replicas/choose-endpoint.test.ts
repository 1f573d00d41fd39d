import { expect } from 'chai';
import fc from 'fast-check';
import { chooseEndpoint, type EndpointLoad } from '../../../../../src/shared/mcp/replicas/choose-endpoint.ts';

const SOUND: EndpointLoad = { inFlight: 0, latencyMs: 10, errorRate: 0, warmth: 1 };
const at = (name: string, load: Partial<EndpointLoad> = {}) => ({ name, load: () => ({ ...SOUND, ...load }) });

/** How often each is chosen out of a thousand, with evenly spread random numbers. */
function shares(strategy: Parameters<typeof chooseEndpoint>[0], endpoints: ReturnType<typeof at>[]) {
  const counts = Object.fromEntries(endpoints.map(({ name }) => [name, 0]));
  for (let turn = 0; turn < 1000; turn++) {
    const chosen = chooseEndpoint(strategy, endpoints, turn, () => ((turn * 617) % 1000) / 1000)!;
    counts[chosen.name]! += 1;
  }
  return counts;
}

describe('chooseEndpoint', () => {
  it('takes turns', () => {
    const names = [0, 1, 2, 3].map((turn) => chooseEndpoint('round_robin', [at('a'), at('b')], turn, () => 0.5)!.name);
    expect(names).to.deep.equal(['a', 'b', 'a', 'b']);
  });

  it('takes the one with the fewest calls under way, and of equals the next in turn', () => {
    const endpoints = [at('a', { inFlight: 3 }), at('b', { inFlight: 1 }), at('c', { inFlight: 1 })];
    const names = [0, 1, 2].map((turn) => chooseEndpoint('least_in_flight', endpoints, turn, () => 0.5)!.name);
    expect(names).to.deep.equal(['b', 'b', 'c']);
  });

  it('prefers the fast and the sound, and still asks the others now and then', () => {
    const speed = shares('weighted', [at('fast'), at('slow', { latencyMs: 50 })]);
    expect(speed.slow).to.be.within(20, 80);
    const errors = shares('weighted', [at('sound'), at('failing', { errorRate: 0.5 })]);
    expect(errors.failing).to.be.within(150, 250);
  });

  it('lets one that has come back start slowly, by every strategy', () => {
    for (const strategy of ['weighted', 'round_robin'] as const) {
      const { back = 0 } = shares(strategy, [at('warm'), at('back', { warmth: 0.2 })]);
      expect(back, strategy).to.be.within(50, 250);
    }
  });

  it('always chooses one of those it is given', () => {
    const load = fc.record({
      inFlight: fc.nat(100),
      latencyMs: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })),
      errorRate: fc.double({ min: 0, max: 1, noNaN: true }),
      warmth: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    const strategies = fc.constantFrom('weighted', 'least_in_flight', 'round_robin');
    fc.assert(
      fc.property(
        fc.array(load, { maxLength: 6 }),
        strategies,
        fc.nat(),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (loads, strategy, turn, random) => {
          const endpoints = loads.map((one, index) => at(String(index), one));
          const chosen = chooseEndpoint(strategy, endpoints, turn, () => random);
          expect(chosen === null).to.equal(endpoints.length === 0);
          if (chosen) expect(endpoints).to.include(chosen);
        },
      ),
    );
  });
});
