import { expect } from 'chai';
import { decisiveLine } from '../../../../../src/workers/kubernetes-state/logs/decisive-line.ts';

const kindOf = (...lines: string[]): string | null => {
  const line = decisiveLine(lines);
  return line ? (line.kind?.name ?? 'error') : null;
};

describe('the decisive line of a log', () => {
  it('the head of a traceback gives way to what was raised', () => {
    const lines = [
      'Traceback (most recent call last):',
      '  File "/srv/a.py", line 9, in main',
      '    go()',
      'shop.Empty: no receipts',
    ];
    expect(decisiveLine(lines)?.text).to.equal('shop.Empty: no receipts');
  });

  it('is an exception of the program itself, or an error of no known kind', () => {
    expect(
      kindOf(
        'Unhandled exception. System.NullReferenceException: Object reference not set to an instance of an object.',
      ),
    ).to.equal('program-fault');
    expect(kindOf('panic: runtime error: index out of range [3] with length 3')).to.equal('program-fault');
    expect(kindOf('ERROR the moon is in the wrong phase')).to.equal('error');
  });

  it('is no line that only informs, whatever words it uses', () => {
    expect(
      kindOf(
        'INFO loaded error messages for 3 languages',
        'level=info msg="retry policy" failed=0',
        'DEBUG on UNAVAILABLE try 3 times',
      ),
    ).to.equal(null);
  });

  it('is no line whose counts of failures are all nothing, and one where a single count is not', () => {
    expect(kindOf('WARN import done rows=812 errors=0 failed=0')).to.equal(null);
    expect(kindOf('ERROR import done rows=812 errors=3 failed=0')).to.equal('error');
    expect(kindOf('ERROR batch 7: 4 failed, 0 errors while parsing')).to.equal('error');
  });

  it('is an answer of 5xx in the words of many frameworks, and a request of its own that a callee refused', () => {
    for (const line of [
      '10:00:01.1 request_id=F9x [info] Sent 500 in 12ms',
      'I, [2031-01-01T10:00:00.1 #1]  INFO -- : [9c41] Completed 502 Bad Gateway in 11ms',
      'INFO  shelves.Routes - 503 Service Unavailable: GET - /items in 3ms',
      'info: Serilog HTTP GET /orders responded 504 in 30001 ms',
      'E, [2031-01-01T10:00:00.1 #1] ERROR -- : Faraday::ResourceNotFound (the server responded with status 404)',
      'ERROR status=404 while asking GET http://stock/items/7',
    ])
      expect(kindOf(line, line), line).to.not.equal(null);
    expect(kindOf('INFO  shelves.Routes - 404 Not Found: GET - /wp-admin in 0ms')).to.equal(null);
  });

  it('is nothing about telemetry that cannot be delivered', () => {
    expect(
      kindOf(
        'ERROR otlp exporter: dial tcp: lookup collector: no such host',
        'WARN Exporting failed. Will retry. connection refused',
      ),
    ).to.equal(null);
  });

  it('is neither the head of a table nor the word of a tool that there is nothing', () => {
    expect(kindOf('|   MEMBER   | DB SIZE | ALARMS AND ERRORS | NETWORK TIMEOUT |')).to.equal(null);
    expect(kindOf('| 10.0.0.4 | 2.1 GB | alarm:NOSPACE |')).to.equal('store-block');
    expect(
      kindOf('Dave, no latency spike was observed of this Redis instance, I think you ought to sit down calmly'),
    ).to.equal(null);
  });

  it('does not take letters inside words for error codes', () => {
    expect(kindOf("ModuleNotFoundError: No module named 'yaml'")).to.equal('configuration');
    expect(kindOf("Could not resolve placeholder 'a.b' in value")).to.equal('configuration');
    expect(kindOf('Error: getaddrinfo ENOTFOUND db')).to.equal('name-resolution');
  });

  it('tells kinds in the words of many languages', () => {
    const said: [string, string][] = [
      ['2031/06/09 10:00:00 dial tcp 10.0.0.1:80: connect: connection refused', 'connection-refused'],
      ['java.net.SocketTimeoutException: Connect timed out', 'timeout'],
      ['requests.exceptions.ReadTimeout: HTTPConnectionPool(host=x)', 'timeout'],
      ['Error: read ECONNRESET', 'connection-lost'],
      ['io.grpc.StatusRuntimeException: UNAVAILABLE: io exception', 'service-unavailable'],
      ['System.IO.IOException: No space left on device', 'disk-full'],
      ['java.lang.OutOfMemoryError: Java heap space', 'out-of-memory'],
      ['FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory', 'out-of-memory'],
      ['accept4: too many open files', 'file-descriptors'],
      ['nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)', 'address-in-use'],
      ['exec /app: exec format error', 'exec-format'],
      ['x509: certificate has expired or is not yet valid', 'certificate-expired'],
      ['upstream connect error or disconnect/reset before headers', 'service-unavailable'],
    ];
    for (const [line, kind] of said) expect(kindOf(line), line).to.equal(kind);
  });
});
