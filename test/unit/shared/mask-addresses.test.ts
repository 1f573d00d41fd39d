import { expect } from 'chai';
import fc from 'fast-check';
import { maskAddresses, maskAddressesIn, withMaskedAddresses } from '../../../src/shared/mask-addresses.ts';
import type { McpGateway } from '../../../src/shared/mcp/mcp-gateway.types.ts';

describe('the masking of addresses', () => {
  const MASKED: [string, string][] = [
    ['dial tcp 10.96.31.7:5432: refused', 'dial tcp [masked:ip]:5432: refused'],
    ['from 203.0.113.9, via 10.0.0.0/8', 'from [masked:ip], via [masked:ip]/8'],
    ['[2001:db8::7]:443 and fe80::1', '[[masked:ip]]:443 and [masked:ip]'],
    ['node ip-10-0-3-17.eu-west-1.compute.internal', 'node ip-[masked:ip].eu-west-1.compute.internal'],
    ['"client":"198.51.100.4"', '"client":"[masked:ip]"'],
  ];
  for (const [text, masked] of MASKED) {
    it(`masks ${text}`, () => expect(maskAddresses(text)).to.equal(masked));
  }

  for (const text of [
    'listening on 127.0.0.1:3000 and 0.0.0.0',
    'at 12:30:45 on 2026-11-20T12:00:00.000Z',
    'app:1.2.3 v1.2.3.4 build 2026.11.20',
    '::1 and std::vector',
    'mac aa:bb:cc:dd:ee:ff',
    'took 31.2 ms, 10.5.1',
  ]) {
    it(`leaves alone: ${text}`, () => expect(maskAddresses(text)).to.equal(text));
  }

  it('changes nothing the second time, and finds every address', () => {
    const address = fc.oneof(fc.ipV4(), fc.ipV6()).filter((ip) => !/^127\.|^0\.0\.0\.0$|^[0:]*1?$/.test(ip));
    fc.assert(
      fc.property(address, (ip) => {
        const once = maskAddresses(`from ${ip} to x`);
        expect(once).to.equal('from [masked:ip] to x');
        expect(maskAddresses(once)).to.equal(once);
      }),
    );
    for (const unit of ['1.', '1:', '255.255.', 'ip-1-', '::', 'a:']) maskAddresses(unit.repeat(300_000));
  });

  it('lets none in with evidence and none out to Slack, and still asks about them', async () => {
    const asked: unknown[] = [];
    const gateway = {
      has: () => true,
      call: async (_capability: string, input: unknown) => {
        asked.push(input);
        return { data: { '10.0.0.1': ['10.0.0.2'] }, text: 'at 10.0.0.3', arguments: input };
      },
    } as unknown as McpGateway;
    const masked = withMaskedAddresses(gateway);
    const signal = new AbortController().signal;
    const result = await masked.call('tcp.check', { host: '10.0.0.4', port: 1 }, { signal });
    await masked.call('slack.post_message', { channel: 'C1', text: 'at 10.0.0.5' }, { signal });
    expect(JSON.stringify(result)).to.not.include('10.0.0');
    expect(asked).to.deep.equal([
      { host: '10.0.0.4', port: 1 },
      { channel: 'C1', text: 'at [masked:ip]' },
    ]);
    expect(maskAddressesIn({ a: [1, null, '10.0.0.6'] })).to.deep.equal({ a: [1, null, '[masked:ip]'] });
  });
});
