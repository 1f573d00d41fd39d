import { expect } from 'chai';
import { RULES } from '../../../../../scripts/drills/checker/index.ts';
import {
  type DrillResults,
  renderDrillsMarkdown,
  renderDrillsText,
} from '../../../../../scripts/drills/harness/render-drills.ts';

const rules = Object.keys(RULES).length;
const held = {
  drill: 'kill-worker',
  backend: 'redis' as const,
  what: '',
  held: true,
  rules,
  violations: [],
  seconds: 48.2,
  recoverySeconds: 18.66,
  alerts: 59,
  statuses: { 202: 59 },
  largestMb: 221,
};
const broken = {
  ...held,
  drill: 'redis-down',
  held: false,
  recoverySeconds: null,
  violations: [
    { rule: 'memory stays bounded', found: Array.from({ length: 9 }, (_, n) => `worker-${n} takes 900 MB`) },
    { rule: "the drill's own criteria", found: ['too late'] },
  ],
};
const results: DrillResults = {
  startedAt: '2026-11-20T10:00:00.000Z',
  seconds: 100,
  node: 'v26',
  cpus: 2,
  load: 1,
  seed: '1',
  version: 'short',
  results: [held, broken],
};

describe('the table of the drills', () => {
  it('counts the rules that held, and leaves the own criteria out of that count', () => {
    const text = renderDrillsText(results);
    expect(text)
      .to.include(`${rules} of ${rules}`)
      .and.include(`${rules - 1} of ${rules}`);
    expect(text).to.match(/kill-worker\s+redis\s+held.*59 x 202\s+18\.7 s\s+48 s\s+221 MB/);
  });

  it('names what was found of every broken rule, the first ones of many', () => {
    const text = renderDrillsText(results);
    expect(text).to.include('redis-down on redis: memory stays bounded: worker-0 takes 900 MB');
    expect(text).to.include('... and 3 more').and.include("the drill's own criteria: too late");
    expect(text).not.to.include('worker-8');
  });

  it('says in Markdown when, how and where it was measured', () => {
    expect(renderDrillsMarkdown(results)).to.include('short version, seed 1, 100 s, Node v26, 2 CPUs, load 1.0.');
  });
});
