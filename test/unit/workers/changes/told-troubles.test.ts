import { expect } from 'chai';
import { toldTroubles } from '../../../../src/workers/changes/told-troubles.ts';

const lines = (bodies: string[], template: string) =>
  bodies.map((body, index) => ({ service: 'tours', at: index, body, template, attributes: {}, evidence: 1 }));

describe('troubles that are called by their names', () => {
  it('are told by the first line of each kind', () => {
    const refused = lines(['GET /tours answered 403', 'GET /tours answered 403'], 'GET * answered *');
    const full = lines(['no space left on device'], 'no space left');
    expect(toldTroubles([...refused, ...full])).to.deep.equal(['GET /tours answered 403', 'no space left on device']);
  });

  it('are not told by a number among many that looks like a status', () => {
    const tours = Array.from({ length: 30 }, (_, index) => `tour ${396 + index}: no stops yet`);
    expect(toldTroubles(lines(tours, 'tour *: no stops yet'))).to.deep.equal([]);
  });
});
