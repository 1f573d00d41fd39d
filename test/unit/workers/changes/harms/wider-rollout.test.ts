import { expect } from 'chai';
import { diffLines } from '../../../../../src/workers/changes/diff-lines.ts';
import { widerFlag, widerRollout } from '../../../../../src/workers/changes/harms/wider-rollout.ts';

const harmsOf = (file: string, ...lines: string[]) => {
  const detail = lines.join('\n');
  return widerRollout({ ...diffLines(detail), detail, files: [file] });
};

describe('how many something is done for', () => {
  const wider: [file: string, diff: string[]][] = [
    ['flags/live.yaml', [' tide_forecast:', '-  percentage: 5', '+  percentage: 60']],
    ['config/experiments.json', ['-  "rollout": 0.05,', '+  "rollout": 1.0,']],
    ['mesh/virtual-service.yaml', ['   - destination:', '       subset: v2', '-    weight: 10', '+    weight: 100']],
    ['terraform/lb.tf', [' resource "aws_lb_listener_rule" "canary" {', '-      weight = 5', '+      weight = 50']],
    ['src/tracing.ts', ['-const sampleRate = 0.01;', '+const sampleRate = 1;']],
  ];
  for (const [file, diff] of wider) {
    it(`grows: ${file}`, () => {
      const [found] = harmsOf(file, ...diff);
      expect(found, diff.join('\n')).to.include({ isPlain: true, feltByAsked: true });
      const shown = ['requests_in_flight', 'concurrency limit reached', 'requests_per_sec'];
      expect(shown.filter((sign) => !found!.shows.test(sign))).to.deep.equal([]);
      expect(found!.shows.test('NullPointerException')).to.equal(false);
    });
  }

  const same: [name: string, file: string, diff: string[]][] = [
    ['tuned', 'flags/live.yaml', ['-  percent: 40', '+  percent: 50']],
    ['narrower', 'flags/live.yaml', ['-  percent: 100', '+  percent: 5']],
    ['a share of something else', 'shop/prices.yaml', ['-  discount_percent: 5', '+  discount_percent: 20']],
    ['another number of a flag', 'flags/live.yaml', ['-  retries: 1', '+  retries: 5']],
  ];
  for (const [name, file, diff] of same) {
    it(`stays as it was: ${name}`, () => {
      expect(harmsOf(file, ...diff), diff.join('\n')).to.deep.equal([]);
    });
  }

  it('is told of a flag by the shares', () => {
    expect(widerFlag('tide_forecast 5%->60%')[0]?.why).to.include('it is on for 60% instead of 5%');
    expect(widerFlag('tide_forecast: 0% to 100%')).to.have.length(1);
    for (const told of ['tide_forecast off->on', 'tide_forecast 60%->5%', 'tide_forecast 40%->50%', 'sale 20% off'])
      expect(widerFlag(told), told).to.deep.equal([]);
  });
});
