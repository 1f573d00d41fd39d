import { expect } from 'chai';
import fc from 'fast-check';
import { z } from 'zod';
import { DependencyError } from '../../../../../src/shared/errors.ts';
import { listingOf, readCursor, writeCursor } from '../../../../../src/shared/mcp/servers/page-cursor.ts';
import { pageOf } from '../../../../../src/shared/mcp/servers/page-of.ts';

const questions = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.array(fc.string())));
const positions = fc.dictionary(fc.string(), fc.jsonValue());
const anything = z.unknown();

const read = (listing: ReturnType<typeof listingOf>, cursor: string) => {
  try {
    return readCursor(listing, cursor, anything);
  } catch (error) {
    expect(error).to.be.instanceOf(DependencyError);
    expect(error).to.include({ failure: 'bad_request', detail: 'invalid_cursor', dependency: 'kubernetes' });
    return 'refused';
  }
};

describe('the cursor of a page', () => {
  const listing = listingOf('kubernetes', 'get_events', { namespace: 'shop', limit: 5 });

  it('brings back every position that was written', () => {
    fc.assert(
      fc.property(questions, positions, (question, position) => {
        const asked = listingOf('kubernetes', 'get_events', question);
        expect(JSON.stringify(read(asked, writeCursor(asked, position)))).to.equal(JSON.stringify(position));
      }),
    );
  });

  it('is refused for another question, and the order of arguments makes none', () => {
    fc.assert(
      fc.property(questions, fc.string(), positions, (question, more, position) => {
        const asked = listingOf('kubernetes', 'get_events', question);
        const cursor = writeCursor(asked, position);
        const other = { ...question, more };
        expect(read(listingOf('kubernetes', 'get_events', { question: other }), cursor)).to.equal('refused');
        expect(read({ ...asked, tool: 'list_changes' }, cursor)).to.equal('refused');
        const turned = Object.fromEntries(Object.entries(question).reverse());
        expect(read(listingOf('kubernetes', 'get_events', turned), cursor)).to.not.equal('refused');
      }),
    );
  });

  it('is refused where any of its characters was changed, and any other text is', () => {
    const cursor = writeCursor(listing, { after: 20 });
    const index = fc.nat(cursor.length - 1);
    fc.assert(
      fc.property(index, fc.constantFrom('A', 'b', '0', '-', '.', ' ', '{'), (at, character) => {
        const changed = `${cursor.slice(0, at)}${character}${cursor.slice(at + 1)}`;
        fc.pre(changed !== cursor);
        expect(read(listing, changed)).to.equal('refused');
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => void expect(read(listing, text)).to.equal('refused')));
    expect(read(listing, `${cursor}.`)).to.equal('refused');
  });

  it('says what to do with one that does not fit', () => {
    const foreign = () => readCursor(listing, 'nonsense', anything);
    expect(foreign).to.throw('get_events').and.have.property('message').that.includes('leave "cursor" out');
  });

  it('leaves nothing out and gives nothing twice, whatever the sizes of the pages', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }), (length, limits) => {
        const all = Array.from({ length }, (_, item) => item);
        const given: number[] = [];
        let cursor: string | undefined;
        for (let page = 0; page === 0 || cursor !== undefined; page++) {
          const limit = limits[page % limits.length]!;
          const { items, total, nextCursor } = pageOf(listing, all, { limit, cursor });
          expect([items.length <= limit, total]).to.deep.equal([true, length]);
          given.push(...items);
          cursor = nextCursor ?? undefined;
        }
        expect(given).to.deep.equal(all);
      }),
    );
  });
});
