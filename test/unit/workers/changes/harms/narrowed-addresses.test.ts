import { expect } from 'chai';
import { narrowedAddresses } from '../../../../../src/workers/changes/harms/narrowed-addresses.ts';

const harmOf = (detail: string) => narrowedAddresses({ removed: [], added: [], detail, files: ['net/rules'] })[0];

const NARROWED: [rule: string, diff: string][] = [
  [
    'a security group',
    '   from_port = 6379\n-  cidr_blocks = ["10.8.0.0/16", "10.9.64.0/19"]\n+  cidr_blocks = ["10.8.0.0/16"]',
  ],
  [
    'a network policy',
    '   ingress:\n   - from:\n     - ipBlock:\n-        cidr: 10.9.64.0/19\n     - ipBlock:\n         cidr: 10.8.0.0/16',
  ],
  ['pg_hba', '-hostssl ledger ledger 10.9.64.0/19 scram-sha-256\n hostssl ledger ledger 10.8.0.0/16 scram-sha-256'],
  ['a firewall', '-  source_ranges = ["10.9.64.0/19"]\n+  source_ranges = ["10.8.0.0/16"]'],
  ['a list of a proxy', '-  allow 10.9.64.0/19;\n   allow 10.8.0.0/16;'],
];

describe('an address range that is let in no longer', () => {
  for (const [rule, diff] of NARROWED) {
    it(`is told of ${rule}, and shown by whom of it is turned away`, () => {
      const harm = harmOf(diff);
      expect(harm?.why, diff).to.include('10.9.64.0/19').and.not.include('10.8.0.0/16');
      const shown = (line: string) => harm!.shows.exec(line)?.[0];
      expect(shown('REJECT TCP 10.9.95.7:40000 -> 10.8.3.4:6379')).to.equal('10.9.95.7');
      expect(shown('no pg_hba.conf entry for host "10.9.64.1", user "ledger"')).to.equal('10.9.64.1');
      expect(shown('10.9.70.3 answered 403')).to.equal('10.9.70.3');
      expect(shown('dial tcp 10.8.3.4:6379: i/o timeout')).to.include('dial tcp');
      expect(shown('REJECT TCP 10.9.96.7:40000 -> 10.8.3.4:6379')).to.equal(undefined);
      expect(shown('10.9.70.3 took a seat')).to.equal(undefined);
    });
  }

  it('is none that is let in by a wider one, was kept out, or is no rule of who is let in', () => {
    expect(harmOf('-  cidr_blocks = ["10.9.64.0/19"]\n+  cidr_blocks = ["10.9.0.0/16"]')).to.equal(undefined);
    expect(harmOf('   allow all;\n-  deny 10.9.64.0/19;')).to.equal(undefined);
    expect(harmOf('-  routes = ["10.9.64.0/19"]\n+  routes = []')).to.equal(undefined);
    expect(harmOf('+  cidr_blocks = ["10.9.64.0/19"]')).to.equal(undefined);
  });
});
