import { expect } from 'chai';
import fc from 'fast-check';
import { weigh } from '../../../../src/workers/report-blocks/cut-text.ts';
import { packParts } from '../../../../src/workers/report-blocks/pack-parts.ts';
import { bulletOf, type Item, type Part, renderSlices } from '../../../../src/workers/report-blocks/part.ts';
import { run, section } from '../../../../src/workers/report-blocks/slack-blocks.ts';

const ROOM = { first: 4_000, following: 4_000, messages: 3 };

function item(text: string): Item {
  return bulletOf(section(run(text)));
}

function part(title: string, rank: number, items: Item[], fields: Partial<Part> = {}): Part {
  return { title, group: 1, rank, reserved: 0, fair: 3, items, total: items.length, ...fields };
}

const anyParts = fc
  .array(fc.array(fc.integer({ min: 1, max: 1_500 }), { maxLength: 30 }), { minLength: 1, maxLength: 5 })
  .map((parts) =>
    parts.map((sizes, rank) =>
      part(
        `Part ${rank}`,
        rank,
        sizes.map((size, index) => item(`${rank}/${index} ${'x'.repeat(size)}`)),
        { group: rank % 2 },
      ),
    ),
  );

describe('pack-parts', () => {
  it('shows, passes on or counts every entry exactly once and in order', () => {
    fc.assert(
      fc.property(anyParts, (parts) => {
        const { first, following, left } = packParts(parts, ROOM);
        for (const part of parts) {
          const slices = [...first, ...following.flat()].filter((slice) => slice.part === part);
          const shown = slices.flatMap(({ from, to }) => part.items.slice(from, to));
          const uncounted = left.find((other) => other.part === part)?.count ?? 0;
          expect(shown).to.deep.equal(part.items.slice(0, shown.length));
          expect(shown.length + uncounted).to.equal(part.total);
        }
      }),
    );
  });

  it('keeps every message within its room, and passes nothing on that has none', () => {
    fc.assert(
      fc.property(anyParts, (parts) => {
        const { first, following, left } = packParts(parts, ROOM);
        for (const slices of [first, ...following]) expect(weigh(renderSlices(slices))).to.be.at.most(4_000);
        for (const slices of following) expect(slices).to.not.have.length(0);
        if (left.length > 0) expect(following).to.have.length(3);
      }),
    );
  });

  it('serves what is reserved before what comes first', () => {
    const long = Array.from({ length: 40 }, () => item('x'.repeat(300)));
    const parts = [part('Long', 1, long, { fair: 40 }), part('Must', 9, [item('must be here')], { reserved: 1 })];
    expect(packParts(parts, ROOM).first.map((slice) => slice.part.title)).to.deep.equal(['Long', 'Must']);
  });

  it('gives every part its fair share before any gets more', () => {
    const long = Array.from({ length: 40 }, () => item('x'.repeat(300)));
    const { first } = packParts([part('One', 1, long), part('Two', 2, long)], ROOM);
    expect(first.map(({ to }) => to).every((count) => count >= 3)).to.equal(true);
  });
});
