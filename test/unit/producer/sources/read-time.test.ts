import { expect } from 'chai';
import { readTime } from '../../../../src/producer/sources/read-time.ts';

describe('the times of senders', () => {
  for (const [given, expected] of [
    ['2016-08-01T13:27:08.008+03:00', '2016-08-01T10:27:08.008Z'],
    ['2017-05-09T07:01:37.803000000Z', '2017-05-09T07:01:37.803Z'],
    ['2025-02-15 14:59:03.266529825 +0000 UTC', '2025-02-15T14:59:03.266Z'],
    ['2025-03-24 17:28:40 UTC', '2025-03-24T17:28:40.000Z'],
    ['2026-10-01T08:15:30.000+0000', '2026-10-01T08:15:30.000Z'],
    [1499368214, '2017-07-06T19:10:14.000Z'],
    [1790000000000, '2026-09-21T14:13:20.000Z'],
    ['1790000000.000100', '2026-09-21T14:13:20.000Z'],
    ['0001-01-01T00:00:00Z', null],
    ['yesterday', null],
    [-5, null],
    [Number.NaN, null],
    [{}, null],
    [1e300, null],
  ] as const) {
    it(`reads ${JSON.stringify(given)} as ${expected}`, () => expect(readTime(given)).to.equal(expected));
  }
});
