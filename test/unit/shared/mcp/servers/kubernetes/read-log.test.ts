import { expect } from 'chai';
import fc from 'fast-check';
import {
  type LogPage,
  type ReadTail,
  readEarlier,
  readLatest,
} from '../../../../../../src/shared/mcp/servers/kubernetes/read-log.ts';

/** A log as the API reads it: the last lines with their times, cut off at the end where they are too long. */
const tailOf =
  (lines: () => string[]): ReadTail =>
  async ({ tailLines, limitBytes }) => {
    const text = lines()
      .slice(-tailLines)
      .map((line) => `${line}\n`)
      .join('');
    return Buffer.from(text).subarray(0, limitBytes).toString('utf8');
  };

const timed = (times: number[]) =>
  times.map((second, index) => `2026-11-20T00:00:${String(second).padStart(2, '0')}.000000001Z line ${index}`);

/** All pages, the newest lines last; `between` happens after every page. */
async function allLines(read: ReadTail, size: number, between = () => {}): Promise<string[]> {
  let page: LogPage = await readLatest(read, size);
  let lines = page.lines;
  while (page.earlier) {
    between();
    page = await readEarlier(read, size, page.earlier);
    lines = [...page.lines, ...lines];
  }
  return lines;
}

describe('the pages of a pod log', () => {
  it('are together the whole, also where many lines have one time and others are written meanwhile', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(5), { maxLength: 40 }),
        fc.integer({ min: 1, max: 9 }),
        fc.nat(30),
        async (steps, size, growth) => {
          const log = timed(steps.toSorted());
          const whole = log.map((line) => line.split(' ').slice(1).join(' '));
          const grow = () => log.push(...timed(Array.from({ length: growth }, () => 30)));
          expect(
            await allLines(
              tailOf(() => log),
              size,
              grow,
            ),
          ).to.deep.equal(whole);
        },
      ),
    ));

  it('hold the newest lines where they are too long, and fewer of them', async () => {
    const log = timed(Array.from({ length: 100 }, () => 1)).map((line) => `${line} ${'x'.repeat(20_000)}`);
    const page = await readLatest(
      tailOf(() => log),
      100,
    );
    expect(page.lines.length).to.be.within(10, 30);
    expect(page.lines.at(-1)).to.match(/^line 99 /);
    expect(page.truncated).to.equal(true);
    const before = await readEarlier(
      tailOf(() => log),
      100,
      page.earlier!,
    );
    expect(before.lines.length + page.lines.length).to.equal(100);
  });

  it('end where the lines that were given are rotated away, and where the log goes back too far', async () => {
    const { earlier } = await readLatest(
      tailOf(() => timed([1, 2, 3])),
      1,
    );
    const gone = await readEarlier(
      tailOf(() => timed([7, 8])),
      1,
      earlier!,
    );
    expect(gone).to.deep.include({ lines: [], earlier: null });
    const long = timed([1, 2, 3]).map((line) => `${line} ${'x'.repeat(9 * 1024 * 1024)}`);
    const far = await readEarlier(
      tailOf(() => long),
      1,
      earlier!,
    );
    expect(far).to.deep.include({ lines: [], earlier: null, truncated: true });
  });

  it('give a log whose lines have no times as it is, without a next page', async () => {
    const page = await readLatest(
      tailOf(() => ['a', 'b', 'c']),
      2,
    );
    expect(page).to.deep.equal({ lines: ['b', 'c'], earlier: null, truncated: true });
  });
});
