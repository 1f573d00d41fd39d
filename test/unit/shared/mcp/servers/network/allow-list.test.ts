import { expect } from 'chai';
import fc from 'fast-check';
import { addressKind } from '../../../../../../src/shared/mcp/servers/network/address-ranges.ts';
import { createAllowList } from '../../../../../../src/shared/mcp/servers/network/allow-list.ts';
import { normalizeHost } from '../../../../../../src/shared/mcp/servers/network/host-name.ts';
import { createNetworkServer } from '../../../../../../src/shared/mcp/servers/network/network-server.ts';
import { failureOf } from '../../support/waits.ts';

const tcp = (allowedHosts: string[], host: string) => {
  const tool = createNetworkServer({ allowedHosts, timeoutMs: 300 }).tools.find(({ name }) => name === 'check_tcp')!;
  return tool.run({ host, port: 9 }, { signal: new AbortController().signal });
};

describe('the allow-list of the network server', () => {
  it('matches names in full, and everything below a name by *.', () => {
    const list = createAllowList({ allowedHosts: ['api.example.com', '*.Example.org', '10.0.0.0/8'] });
    for (const host of ['api.example.com', 'a.example.org', 'a.b.example.org', '10.1.2.3']) list.checkHost(host);
    for (const host of ['example.com', 'x.api.example.com', 'example.org', 'badexample.org', '11.0.0.1']) {
      expect(() => list.checkHost(host), host).to.throw('not on the allow-list');
    }
  });

  it('lets a private address through for a name listed in full, not for one below a *.', () => {
    const list = createAllowList({ allowedHosts: ['db.internal', '*.example.com'] });
    expect(list.allowsAddress('db.internal', '10.0.0.5')).to.equal(true);
    expect(list.allowsAddress('x.example.com', '10.0.0.5')).to.equal(false);
    expect(list.allowsAddress('x.example.com', '93.184.216.34')).to.equal(true);
  });

  it('lets loopback and link-local addresses through only when they themselves are listed', () => {
    const named = createAllowList({ allowedHosts: ['db.internal'] });
    expect(named.allowsAddress('db.internal', '127.0.0.1')).to.equal(false);
    expect(named.allowsAddress('db.internal', '169.254.169.254')).to.equal(false);
    const listed = createAllowList({ allowedHosts: ['localhost', '127.0.0.1'] });
    expect(listed.allowsAddress('localhost', '127.0.0.1')).to.equal(true);
    expect(listed.allowsAddress('localhost', '127.0.0.2')).to.equal(false);
  });

  it('says which entry is no range of addresses', () => {
    expect(() => createAllowList({ allowedHosts: ['10.0.0.0/99'] })).to.throw('10.0.0.0/99 is not a range');
  });

  const SPELLINGS = [
    '169.254.169.254',
    '0xa9fea9fe',
    '2852039166',
    '0251.0376.0251.0376',
    '127.0.0.1',
    '127.1',
    '0x7f000001',
    '2130706433',
    '017700000001',
    '0',
    '10.0.0.1',
    '192.168.1.1',
    '172.16.0.1',
    '::1',
    '[::1]',
    '::ffff:127.0.0.1',
    '::ffff:169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    'fe80::1',
    'fd00:ec2::254',
    'fc00::1',
    'localhost.',
    '127.0.0.1.',
    '１２７.0.0.1',
  ];
  for (const host of SPELLINGS) {
    it(`refuses ${host} unless it is listed`, async () => {
      const error = await failureOf(tcp(['*.example.com', 'example.com'], host));
      expect(error.failure).to.equal('refused');
      expect(error.message).to.include('NETWORK_ALLOWED_HOSTS');
    });
  }

  it('refuses a listed name that resolves to loopback, and says what to list', async () => {
    const error = await failureOf(tcp(['localhost'], 'localhost'));
    expect(error.failure).to.equal('refused');
    expect(error.message).to.match(
      /localhost resolves to (127\.0\.0\.1|::1), which is a special address: add "(127|::1)/,
    );
  });

  it('reaches a loopback address that is listed itself', async () => {
    const { data } = await tcp(['127.0.0.1'], '127.0.0.1');
    expect(data).to.have.nested.property('error.code', 'ECONNREFUSED');
  });

  it('takes a host alone and nothing that could be read as more', async () => {
    for (const host of ['a b', 'a/b', 'user@host', 'host:80', 'a#b', 'a?b', 'a%00', '', '[::1', 'fe80::1%eth0']) {
      expect((await failureOf(tcp(['*.example.com'], host))).failure, host).to.equal('bad_request');
    }
  });

  it('knows every address of the ranges, also written as IPv6', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(
        fc.constantFrom('10', '127', '169.254', '192.168', '0', '224'),
        octet,
        octet,
        octet,
        (net, a, b, c) => {
          const address = [...net.split('.'), a, b, c].slice(0, 4).join('.');
          return addressKind(address) !== 'public' && addressKind(normalizeHost(`::ffff:${address}`)) !== 'public';
        },
      ),
    );
    for (const address of ['8.8.8.8', '1.1.1.1', '2606:4700::1111', '172.15.0.1', '172.32.0.1', '100.128.0.1']) {
      expect(addressKind(address), address).to.equal('public');
    }
  });
});
