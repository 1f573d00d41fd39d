import { expect } from 'chai';
import { benchRow } from '../../../../scripts/bench/bench-row.ts';
import { renderMarkdown, renderText } from '../../../../scripts/bench/render-results.ts';

const row = {
  bench: 'intake',
  backend: 'redis' as const,
  what: 'share',
  unit: 'ratio' as const,
  detail: '8/s of 10/s',
};
const results = {
  startedAt: '2026-11-20T10:00:00.000Z',
  seconds: 61.2,
  node: 'v26.0.0',
  cpus: 2,
  rows: [
    benchRow({ ...row, value: 0.8, bar: { atLeast: 0.7 } }),
    benchRow({ ...row, what: 'delay', unit: 'ms', value: 120.04, bar: { atMost: 100 } }),
    benchRow({ ...row, what: 'no bar', value: 0.0123 }),
  ],
};

describe('the results of the bench', () => {
  it('says of every bar whether it is met', () => {
    expect(results.rows.map(({ met }) => met)).to.deep.equal([true, false, null]);
  });

  it('are a table with aligned columns in the terminal', () => {
    expect(renderText(results).split('\n')).to.deep.equal([
      'bench   backend  what    value   bar             made of',
      'intake  redis    share   0.80    ≥ 0.7  met      8/s of 10/s',
      'intake  redis    delay   120 ms  ≤ 100  NOT MET  8/s of 10/s',
      'intake  redis    no bar  0.0123                  8/s of 10/s',
    ]);
  });

  it('are a Markdown document that names the machine', () => {
    const lines = renderMarkdown(results).split('\n');
    expect(lines).to.include('2026-11-20T10:00:00.000Z, 61 s, Node v26.0.0, 2 CPUs.');
    expect(lines).to.include('| intake | redis | share | 0.80 | ≥ 0.7 | met | 8/s of 10/s |');
  });
});
