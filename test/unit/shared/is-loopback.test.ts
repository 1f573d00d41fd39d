import { expect } from 'chai';
import { isLoopback } from '../../../src/shared/is-loopback.ts';

describe('the loopback addresses', () => {
  for (const host of ['localhost', '127.0.0.1', '127.255.3.4', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1']) {
    it(`are ${host}`, () => expect(isLoopback(host)).to.equal(true));
  }
  const others = [
    '0.0.0.0',
    '::',
    '10.0.0.1',
    '128.0.0.1',
    '::ffff:10.0.0.1',
    'localhost.example.com',
    '127.0.0.1.example.com',
    '127.1',
    '',
    '2130706433',
  ];
  for (const host of others) {
    it(`are not ${host || 'an empty text'}`, () => expect(isLoopback(host)).to.equal(false));
  }
});
