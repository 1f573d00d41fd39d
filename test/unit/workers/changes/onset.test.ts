import { expect } from 'chai';
import { incidentPicture } from '../../../../src/workers/changes/incident-picture.ts';
import { incident } from '../../../fixtures/rca/change-incident.ts';
import { at, evidence } from '../../../support/evidence-fixtures.ts';

const complaints = [{ service: 'gate', body: 'ticket % refused: version conflict' }];
/** An incident that began ten minutes ago, with one more metric of its service: a value for each minute, the oldest first. */
function beganMinutesAgo(metric: string, value: (minutesAgo: number) => number): number {
  const told = incident({ service: 'gate', metric: 'conflict_ratio', complaints });
  const points = Array.from({ length: 130 }, (_, index): [number, number] => [
    Date.parse(at(130 - index)),
    value(130 - index),
  ]);
  const labels = { 'service.name': 'gate' };
  const more = evidence(
    40,
    'metrics.query',
    { metric, series: [{ labels, unit: null, points }], warning: null },
    { metric, service: 'gate' },
  );
  const { onset } = incidentPicture({ ...told, evidence: [...told.evidence, more] });
  return Math.round((Date.parse(at(0)) - onset) / 60_000);
}
const climbs = (minutesAgo: number) => 40 + 4 * Math.max(0, 90 - minutesAgo);

describe('when the trouble began', () => {
  it('is not when people come in the morning, however many they are at last', () => {
    for (const metric of ['requests_per_sec', 'tickets_read_per_min'])
      expect(beganMinutesAgo(metric, climbs), metric).to.be.within(9, 10);
  });

  it('is not when what goes with the requests of the day climbs to less than twice its level', () => {
    expect(beganMinutesAgo('cpu_utilization', (ago) => 0.3 + 0.003 * Math.max(0, 90 - ago))).to.be.within(9, 10);
    expect(beganMinutesAgo('memory_used_bytes', (ago) => 300 + 30 * Math.max(0, 70 - ago))).to.be.above(20);
  });

  it('is not when work that the trouble stopped was still growing with the morning', () => {
    const stopped = (ago: number) => (ago > 10 ? 140 + Math.max(0, 110 - ago) : 2);
    expect(beganMinutesAgo('tickets_billed_per_min', stopped)).to.be.within(9, 10);
  });

  it('is when requests jump at once, or what climbs is no work that is done', () => {
    expect(beganMinutesAgo('requests_per_sec', (ago) => (ago > 25 ? 40 : 400))).to.be.within(24, 25);
    expect(beganMinutesAgo('rejected_per_min', climbs)).to.be.above(15);
  });
});
