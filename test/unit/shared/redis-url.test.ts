import { expect } from 'chai';
import fc from 'fast-check';
import { parseRedisUrl } from '../../../src/shared/redis-url.ts';

const NOTHING_MORE = { username: null, password: null, family: null, natMap: {}, tls: null };
const TLS = { ca: null, cert: null, key: null, servername: null, rejectUnauthorized: true };

function read(text: string) {
  const { url, faults } = parseRedisUrl(text);
  expect(faults).to.deep.equal([]);
  return url!;
}

/** The only fault of a URL. */
function faultOf(text: string): string {
  const { url, faults } = parseRedisUrl(text);
  expect(url).to.equal(null);
  expect(faults, text).to.have.length(1);
  return faults[0]!;
}

describe('a REDIS_URL', () => {
  it('names one server, with port and database by default', () => {
    expect(read('redis://cache')).to.deep.equal({
      place: { topology: 'standalone', server: { host: 'cache', port: 6379 }, db: 0 },
      ...NOTHING_MORE,
    });
    expect(read('redis://fleet:p%40ss@[::1]:6380/3?family=6')).to.deep.equal({
      ...NOTHING_MORE,
      place: { topology: 'standalone', server: { host: '::1', port: 6380 }, db: 3 },
      username: 'fleet',
      password: 'p@ss',
      family: 6,
    });
    expect(read('redis://:p@cache/')).to.include({ username: null, password: 'p' });
    expect(read('redis://nopass@cache/')).to.include({ username: 'nopass', password: '' });
  });

  it('names sentinels, which have a user of their own, and the master they watch', () => {
    const url = read('redis+sentinel://u:p@s1,s2:5000/my%20master/2?sentinelUsername=su&sentinelPassword=s+p%26');
    expect(url).to.deep.equal({
      ...NOTHING_MORE,
      place: {
        topology: 'sentinel',
        sentinels: [
          { host: 's1', port: 26379 },
          { host: 's2', port: 5000 },
        ],
        master: 'my master',
        db: 2,
        sentinelUsername: 'su',
        sentinelPassword: 's+p&',
      },
      username: 'u',
      password: 'p',
    });
  });

  it('names nodes of a Cluster, and where the others are reached', () => {
    const url = read('rediss+cluster://n1,[fd00::1]:7000?natMap=10.0.0.1:6379=nat:7001,[fd00::2]:1=nat:7002');
    expect(url).to.deep.equal({
      ...NOTHING_MORE,
      place: {
        topology: 'cluster',
        nodes: [
          { host: 'n1', port: 6379 },
          { host: 'fd00::1', port: 7000 },
        ],
      },
      natMap: { '10.0.0.1:6379': { host: 'nat', port: 7001 }, 'fd00::2:1': { host: 'nat', port: 7002 } },
      tls: TLS,
    });
  });

  it('says how TLS is made', () => {
    const url = read(
      'REDISS://r:1?ca=/etc/ca.pem&cert=/c.pem&key=/k.pem&servername=redis.example&rejectUnauthorized=false',
    );
    expect(url.tls).to.deep.equal({
      ca: '/etc/ca.pem',
      cert: '/c.pem',
      key: '/k.pem',
      servername: 'redis.example',
      rejectUnauthorized: false,
    });
  });

  for (const [url, fault] of [
    ['cache:6379', /^is not a Redis URL: give redis:\/\/host:6379/],
    ['mysql://cache', /^is not a Redis URL/],
    ['redis+replica://cache', /^is not a Redis URL/],
    ['redis://', /host that is not of the form host:port/],
    ['redis://:6379', /host that is not of the form host:port/],
    ['redis://cache:65536', /port from 1 to 65535/],
    ['redis://cache:0', /port from 1 to 65535/],
    ['redis://a,b', /^names several hosts: say what they are, as redis\+sentinel:\/\//],
    ['redis+cluster://a,,b', /host \(number 2 of 3\)/],
    ['redis://cache/first', /database that is not a whole number/],
    ['redis://cache/1/2', /database that is not a whole number/],
    ['redis+sentinel://s', /^names no master: .*\/mymaster$/],
    ['redis+sentinel://s/m/x', /database that is not a whole number/],
    ['redis+cluster://n/1', /a Cluster has no database but 0/],
    ['redis://u:100%@cache', /password that is not percent-encoded: write %25/],
    ['redis://u:a/b@cache', /has a \/ where none may be: write %2F/],
    ['redis://u:a?b@cache', /has a \? where none may be: write %3F/],
    ['redis://u:a#b@cache', /has a # where none may be: write %23/],
    ['redis://cache?sentinelPassword=x', /sentinelPassword, which is for sentinel only/],
    ['redis://cache?natMap=a:1=b:1', /natMap, which is for sentinel and cluster only/],
    ['redis+cluster://n?natMap=a:1', /natMap that is not of the form host:port=host:port/],
    ['redis://cache?servername=x', /servername, which is for TLS only: .*rediss/],
    ['rediss://cache?cert=/c', /one of cert and key without the other/],
    ['rediss://cache?rejectUnauthorized=no', /neither true nor false/],
    ['redis://cache?family=5', /family that is neither 4 nor 6/],
    ['redis://cache?family', /family without a value/],
    ['redis://cache?keyPrefix=x', /the option keyPrefix, which is none of/],
  ] as const) {
    it(`is refused with a remedy: ${url}`, () => {
      expect(faultOf(url)).to.match(fault).and.include(': ');
    });
  }

  it('names all its faults at once', () => {
    expect(parseRedisUrl('redis+sentinel://s:x,t:0?family=5&nonsense=1').faults).to.have.length(5);
  });

  it('keeps every user, password, host and database as they are given', () => {
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).filter((one) => one.isWellFormed());
    const host = fc.stringMatching(/^[a-z][a-z0-9.-]{0,20}$/);
    const address = fc.record({ host, port: fc.integer({ min: 1, max: 65_535 }) });
    fc.assert(
      fc.property(
        text,
        text,
        fc.array(address, { minLength: 1, maxLength: 5 }),
        fc.nat(15),
        (user, secret, hosts, db) => {
          const authority = `${encodeURIComponent(user)}:${encodeURIComponent(secret)}@${hosts.map((one) => `${one.host}:${one.port}`).join(',')}`;
          const url = read(`redis+sentinel://${authority}/m/${db}?sentinelPassword=${encodeURIComponent(secret)}`);
          expect(url).to.include({ username: user, password: secret });
          expect(url.place).to.deep.include({ sentinels: hosts, db, sentinelPassword: secret });
        },
      ),
    );
  });

  it('never throws, and never repeats what may be a password, wherever that is cut', () => {
    const odd = fc.constantFrom('@', '/', '?', '#', '%', ':', ',', '&', '=', '[', ' ');
    const secret = fc.tuple(odd, odd).map(([one, other]) => `hunter${one}2hunter${other}hunter`);
    const scheme = fc.constantFrom('redis', 'rediss', 'redis+sentinel', 'rediss+cluster', 'mysql');
    fc.assert(
      fc.property(scheme, secret, fc.string(), (name, password, rest) => {
        const { faults } = parseRedisUrl(`${name}://fleet:${password}@cache:6379/${rest}`);
        expect(faults.join()).to.not.include('hunter');
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => void parseRedisUrl(`redis+sentinel://${text}`)));
  });
});
