import { expect } from 'chai';
import fc from 'fast-check';
import { instantsWrittenIn } from '../../../../src/workers/verification/written-times.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** A moment as programs write it, beginning with ISO 8601. */
const FORMS: ((at: Date, iso: string) => string)[] = [
  (_, iso) => `${iso}Z`,
  (_, iso) => iso.replace('T', ' '),
  (at) => at.toUTCString().replace('GMT', '+0000'),
  (at) => at.toUTCString(),
  (at, iso) =>
    `${iso.slice(8, 10)}/${MONTHS[at.getUTCMonth()]}/${at.getUTCFullYear()}:${iso.slice(11)} +0000] "GET / HTTP/1.1" 200`,
  (at, iso) =>
    `${MONTHS[at.getUTCMonth()]} ${String(at.getUTCDate()).padStart(2, ' ')} ${iso.slice(11)} ${at.getUTCFullYear()} GMT`,
  (_, iso) => iso.replaceAll('-', '/').replace('T', ' '),
];

describe('times written in evidence', () => {
  it('are found in each form that programs write', () => {
    const moments = fc.integer({ min: Date.UTC(2002, 0, 1) / 1000, max: Date.UTC(2060, 0, 1) / 1000 });
    fc.assert(
      fc.property(moments, fc.constantFrom(...FORMS), (seconds, form) => {
        const at = new Date(seconds * 1000);
        const iso = at.toISOString().slice(0, 19);
        expect(instantsWrittenIn(`before ${form(at, iso)} after`)).to.deep.equal([at.getTime()]);
      }),
    );
  });

  it('keep their zone, and are none without a date', () => {
    const noon = Date.UTC(2027, 2, 4, 12);
    expect(instantsWrittenIn('Finished: Thu, 04 Mar 2027 14:00:00 +0200')).to.deep.equal([noon]);
    expect(instantsWrittenIn('[04/Mar/2027:07:00:00 -0500]')).to.deep.equal([noon]);
    expect(instantsWrittenIn('at 12:00:00 on 99 Mar 2027, in Mar 2027 or 2027/03')).to.deep.equal([]);
  });
});
