import { expect } from 'chai';
import { toldBeginning } from '../../../../../src/workers/detectors/support/told-beginning.ts';
import type { Suspect } from '../../../../../src/workers/localisation/suspect.ts';
import { input } from '../../../../support/evidence-fixtures.ts';
import { course, minute, said } from './courses-fixture.ts';

const suspect = (...reasons: string[]): Suspect => {
  return { service: 'store-12', score: 1, instance: null, onset: null, class: 'resource', reasons, evidence: [1] };
};
const IOWAIT = 'node_iowait_ratio of store-12 rose from 0.01 to 0.6 (medians)';
const LATENCY = 'disk_read_latency_ms of store-12 went from 1.2 to 410 (medians), more than what it calls explains';
const BLOCKS = 'grown_defects_total of store-12 rose from 0 to 6 (medians)';
const seen = (...lines: [number, string, string?, string?][]) =>
  input(
    'menu is slow',
    [course(4, 'grown_defects_total', 7, [200], 'store-12'), said([3, 'served'], [30, 'served'], ...lines)],
    { service: 'menu', startsAt: new Date(minute(80)).toISOString() },
  );
const told = (...reasons: string[]) => toldBeginning(suspect(...reasons), seen()).sentences;

describe('why the trouble began somewhere', () => {
  it('is told by what explains it before what only sums it up', () => {
    expect(told(IOWAIT, LATENCY)).to.match(/^Disk_read_latency_ms of store-12 went from 1\.2 to 410/);
    expect(told(IOWAIT, 'cpu_usage of store-12 rose from 0.1 to 0.2 (medians)')).to.match(/^Node_iowait_ratio/);
    expect(told(LATENCY, IOWAIT)).to.match(/^Disk_read_latency_ms/);
  });

  it('is told by several metrics that say different things, counters as they were measured', () => {
    const sentences = told(IOWAIT, LATENCY, BLOCKS);
    expect(sentences).to.include('Node_iowait_ratio of store-12 rose from 0.01 to 0.6');
    expect(sentences).to.match(/Grown_defects_total of store-12 rose from 7\S* to 20\d/);
  });

  it('is not told twice by what says the same, nor by what hardly moved', () => {
    const alike = 'http_request_duration_ms of store-12 went from 20 to 900 (medians)';
    expect(told(LATENCY, alike, 'memory_mb of store-12 rose from 500 to 640 (medians)')).to.equal(`${told(LATENCY)}`);
  });

  it('begins with what its machine says of the hardware, or that a limit of its own is reached', () => {
    const fault = '[91] kernel: Buffer I/O error on dev sdb1, logical block 81234';
    const { sentences, evidence, isHardware } = toldBeginning(suspect(IOWAIT), seen([75, fault, 'store-12', 'ERROR']));
    expect(sentences).to.match(/^Its disk fails, as its own log says: "\[91\] kernel: Buffer I\/O error/);
    expect(evidence).to.deep.equal([9]);
    expect(isHardware).to.equal(true);
    const limit = [74, 75, 76, 77].map((index): [number, string, string, string] => {
      return [index, 'accept4: too many open files', 'store-12', 'ERROR'];
    });
    expect(toldBeginning(suspect(IOWAIT), seen(...limit)).sentences).to.match(/^It has exhausted its own limit/);
  });
});
