import { expect } from 'chai';
import fc from 'fast-check';
import { lineTime } from '../../../../../src/workers/kubernetes-state/logs/line-time.ts';
import { messageOf } from '../../../../../src/workers/kubernetes-state/logs/message-of.ts';

const LINES: Record<string, [line: string, message: string]> = {
  Nest: ['[Nest] 1  - 06/09/2031, 10:00:44 AM   ERROR [ExceptionsHandler] read ECONNRESET', 'read ECONNRESET'],
  'php-fpm': [
    '[09-Jun-2031 10:00:02] WARNING: [pool www] child 31 said into stderr: "PHP Fatal error:  no such table',
    'PHP Fatal error:  no such table',
  ],
  Rails: ['E, [2031-06-09T10:00:02.118203 #1] ERROR -- : [a1b2] no such column', 'no such column'],
  'Spring Boot': [
    '2031-06-09T10:00:12.020Z ERROR 1 --- [trips] [nio-8080-exec-2] c.v.trips.Client   : refused',
    'refused',
  ],
  nginx: ['2031/06/09 10:00:02 [error] 31#31: *991 upstream timed out', 'upstream timed out'],
  Serilog: ['[10:00:02 ERR] Health check failed', 'Health check failed'],
  'Rails, kept by a log store': [
    '2031-06-09T10:00:02Z ERROR E, [2031-06-09T10:00:02.118#1] ERROR -- : no such column',
    'no such column',
  ],
  MySQL: ['2031-06-09T10:00:02.100000Z 8812 [Note] [MY-010926] [Server] Access denied', 'Access denied'],
  'the Elastic Common Schema': [
    '{"message":"order lost","error.message":"ERROR: no such row"}',
    'order lost: ERROR: no such row',
  ],
  'an operator that wraps its database': [
    '{"level":"info","msg":"record","record":{"error_severity":"PANIC","message":"No space left on device"}}',
    'No space left on device',
  ],
  'attributes of a server of documents': [
    '{"s":"I","c":"ACCESS","msg":"Failed to authenticate","attr":{"error":"UserNotFound"}}',
    'Failed to authenticate: UserNotFound',
  ],
};

describe('what a line of a log says', () => {
  for (const [who, [line, message]] of Object.entries(LINES))
    it(`is told without the head that ${who} writes`, () => expect(messageOf(line)).to.equal(message));

  it('is some text of the line or nothing, whatever the line is', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (line) => {
        expect(messageOf(line).length).to.be.at.most(line.length + 2);
      }),
    );
  });

  it('has a time in every usual form, and none where none stands there', () => {
    const at = Date.UTC(2031, 5, 9, 7, 10, 2);
    for (const line of [
      '2031-06-09T07:10:02.120Z ERROR x',
      '2031-06-09 07:10:02 UTC [58] LOG: x',
      '10.244.1.4 - [09/Jun/2031:07:10:02 +0000] "GET / HTTP/1.1" 200',
      '[09-Jun-2031 07:10:02] NOTICE: x',
      '1:M 09 Jun 2031 07:10:02.091 * x',
    ])
      expect(lineTime(line), line).to.equal(at);
    expect(lineTime('ERROR it is 7 o’clock')).to.equal(null);
  });
});
