import { expect } from 'chai';
import { ownLimitIn } from '../../../../../src/workers/localisation/symptoms/own-limit-words.ts';

describe('words of limits that are a process its own', () => {
  const OWN: [string, RegExp][] = [
    ['java.net.SocketException: Too many open files', /open files and sockets/],
    ['Error: connect EMFILE 10.1.4.7:9200 - Local (undefined:undefined)', /open files and sockets/],
    ['dial tcp 10.1.4.7:443: connect: cannot assign requested address', /local ports/],
    ['OSError: [Errno 105] No buffer space available', /buffers/],
    ['java.lang.OutOfMemoryError: unable to create native thread: possibly out of memory', /threads/],
    ["RuntimeError: can't start new thread", /threads/],
    ['posix_spawn failed: Cannot allocate memory', /memory/],
    ['sqlalchemy.exc.TimeoutError: QueuePool limit of size 5 overflow 10 reached, connection timed out', /pool/],
  ];

  for (const [body, meaning] of OWN)
    it(`are told by "${body.slice(0, 50)}"`, () => expect(ownLimitIn(body)?.meaning).to.match(meaning));

  const OTHERS = [
    'rpc error: code = Unavailable desc = open shard: too many open files',
    'search answered 500: {"reason":"Too many open files"}',
    'upstream response: cannot allocate memory',
    'listen tcp 10.9.9.9:8080: bind: cannot assign requested address',
    'FATAL: sorry, too many clients already',
    'dial tcp 10.1.4.7:443: connect: connection refused',
  ];

  for (const body of OTHERS)
    it(`are not those of "${body.slice(0, 50)}"`, () => expect(ownLimitIn(body)).to.equal(null));

  it('tell of a pool that it fills up where those who are called take their time, too', () => {
    expect(ownLimitIn(OWN[7]![0])?.fillsByWaiting).to.equal(true);
    expect(ownLimitIn(OWN[0]![0])?.fillsByWaiting).to.equal(false);
  });
});
