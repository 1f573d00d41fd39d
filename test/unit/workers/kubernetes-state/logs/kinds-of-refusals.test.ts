import { expect } from 'chai';
import { decisiveLine } from '../../../../../src/workers/kubernetes-state/logs/decisive-line.ts';
import { FAILURE_KINDS } from '../../../../../src/workers/kubernetes-state/logs/failure-words.ts';
import { lineTime } from '../../../../../src/workers/kubernetes-state/logs/line-time.ts';
import { longestMs } from '../../../../../src/workers/kubernetes-state/logs/served.ts';
import { STORE_ANSWERS } from '../../../../../src/workers/kubernetes-state/logs/store-answers.ts';
import { readClaim } from '../../../../../src/workers/verification/read-claim.ts';

const kindOf = (line: string) => decisiveLine([line])?.kind?.name ?? null;

describe('what a refused client tells', () => {
  it('a missing user, a revoked right and a wrong password are three things', () => {
    expect(kindOf('FATAL:  role "orders" does not exist')).to.equal('user-missing');
    expect(kindOf('ERROR UserNotFound: Could not find user "orders" for db "admin"')).to.equal('user-missing');
    expect(kindOf('ERROR not authorized on orders to execute command { find: "orders" }')).to.equal('store-rights');
    expect(kindOf('ERROR: permission denied for table orders')).to.equal('store-rights');
    expect(kindOf('FATAL:  password authentication failed for user "orders"')).to.equal('credentials');
  });

  it('the numbers of MySQL tell what a mask took away with the words', () => {
    expect(kindOf("ERROR (1205, '?') [SQL: UPDATE lot SET grams = %s]")).to.equal('lock');
    expect(kindOf("ERROR (1290, '?') [SQL: UPDATE lot SET grams = %s]")).to.equal('read-only-database');
    expect(kindOf("ERROR (1045, '?')")).to.equal('credentials');
    expect(kindOf("ERROR (2003, '?')")).to.equal('database-unreachable');
  });

  it('a certificate that is over is told apart from one that is not trusted', () => {
    expect(kindOf('error: x509: certificate has expired or is not yet valid')).to.equal('certificate-expired');
    expect(kindOf('error: The remote certificate is invalid: NotTimeValid')).to.equal('certificate-expired');
    expect(kindOf('error: x509: certificate signed by unknown authority')).to.equal('certificate');
  });

  it('no meaning holds a number or a name, which the evidence would have to bear out', () => {
    for (const { meaning } of [...FAILURE_KINDS, ...STORE_ANSWERS]) {
      const { quantities, names, instants } = readClaim(meaning);
      expect([...quantities, ...names, ...instants], meaning).to.deep.equal([]);
    }
  });

  it('a time may be told in seconds or milliseconds since 1970', () => {
    expect(lineTime('{"level":30,"time":1930300801000,"msg":"x"}')).to.equal(1_930_300_801_000);
    expect(lineTime('{"level":"info","ts":1930300801.25,"msg":"x"}')).to.equal(1_930_300_801_250);
  });

  it('the longest time of a line counts, in whatever unit', () => {
    expect(longestMs('GET /a 200 in 1.5s (db=7ms)')).to.equal(1500);
    expect(longestMs('{"msg":"done","took_ms":42}')).to.equal(42);
    expect(longestMs('GET /a 200')).to.equal(null);
  });
});
