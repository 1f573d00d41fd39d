import { expect } from 'chai';
import { cutRows } from '../../../../../../src/shared/mcp/servers/signoz/query-range.ts';
import { oneLine, textFields } from '../../../../../../src/shared/mcp/servers/signoz/row-text.ts';
import { readTime, readTimeRange } from '../../../../../../src/shared/mcp/servers/signoz/time-range.ts';

describe('what SigNoz answers', () => {
  it('has times as text and as nanoseconds', () => {
    expect(readTime('2026-11-20T10:00:00.123456789Z')).to.equal('2026-11-20T10:00:00.123Z');
    expect(readTime(1_763_632_800_123_000_000)).to.equal(new Date(1_763_632_800_123).toISOString());
  });

  it('is asked for a range in epoch ms', () => {
    const range = { from: '2026-11-20T10:00:00Z', to: '2026-11-20T11:00:00+00:00' };
    expect(readTimeRange(range)).to.deep.equal({ start: 1795168800000, end: 1795172400000 });
  });

  it('has more rows when one more came than was wanted', () => {
    const row = { timestamp: '2026-11-20T10:00:00Z', data: {} };
    expect(cutRows([row, row], 2)).to.deep.equal({ rows: [row, row], hasMore: false });
    expect(cutRows([row, row], 1)).to.deep.equal({ rows: [row], hasMore: true });
    expect(cutRows(null, 1)).to.deep.equal({ rows: [], hasMore: false });
  });

  it('is text in the end', () => {
    expect(textFields({ a: 1, b: '', c: null, d: { e: [1] } }, undefined, { f: true })).to.deep.equal({
      a: '1',
      d: '{"e":[1]}',
      f: 'true',
    });
    expect(oneLine('a\n  b', 10)).to.equal('a b');
    expect(oneLine('abcdef', 3)).to.equal('abc...');
  });
});
