import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadPolicies } from '../../../../src/producer/intake-policies/load-policies.ts';
import { FleetError } from '../../../../src/shared/errors.ts';

describe('the intake policies', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'rca-fleet-policies-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const write = (text: string) => {
    const path = join(folder, 'policies.yaml');
    writeFileSync(path, text);
    return path;
  };
  const refusal = (text: string): string => {
    try {
      loadPolicies(write(text));
    } catch (error) {
      expect(error).to.be.instanceOf(FleetError).and.to.include({ code: 'config_invalid' });
      return (error as Error).message;
    }
    throw new Error('nothing was refused');
  };

  it('hold for what the built-in file says where none is named', () => {
    const { defaults, overtaken, maintenance, flapping } = loadPolicies(null);
    expect(defaults).to.deep.include({ join: 1_800, hold: 60, coolDown: 7_200 });
    expect(defaults.coalesce).to.deep.include({ quiet: 30, atMost: 120, alerts: 50 });
    expect(overtaken).to.deep.equal({ critical: 0, high: 900, medium: 3_600, low: 14_400, info: 28_800 });
    expect({ maintenance, flapping }).to.deep.equal({ maintenance: [], flapping: { times: 3, within: 3_600 } });
  });

  it('keep of the built-in file what a file leaves out', () => {
    const policies = loadPolicies(write('defaults: { hold: 0s, coalesce: off }\nbudgets: { tokens: 100000 }'));
    expect(policies.defaults).to.deep.equal({ join: 1_800, hold: 0, coalesce: null, coolDown: 7_200 });
    expect(policies.budgets).to.deep.include({ tokens: 100_000, window: 3_600, investigations: 300 });
  });

  it('keep every part of a part that a file gives in part, to the last one', () => {
    const { defaults, budgets, rules } = loadPolicies(
      write(`
defaults: { coalesce: { quiet: 5s } }
rules: [{ name: quick, match: {}, coalesce: { alerts: 9 } }]
budgets: { reserve: { high: 5 }, estimate: { costUsd: 2 } }`),
    );
    expect(defaults.coalesce).to.deep.include({ quiet: 5, atMost: 120, otherwise: ['namespace', 'cluster'] });
    expect(rules[0]!.coalesce).to.deep.equal({ alerts: 9 });
    expect(budgets.reserve).to.deep.include({ critical: 40, high: 5, low: 0 });
    expect(budgets.estimate).to.deep.equal({ tokens: 30_000, costUsd: 2 });
  });

  it('take times of maintenance windows in any zone, quoted or not', () => {
    const { maintenance } = loadPolicies(
      write('maintenance: [{ name: m, match: {}, from: 2026-11-21T22:00:00Z, until: "2026-11-22T01:00:00+01:00" }]'),
    );
    expect(maintenance[0]).to.deep.include({ from: '2026-11-21T22:00:00.000Z', until: '2026-11-22T00:00:00.000Z' });
  });

  it('are refused with every fault and its remedy at once', () => {
    const message = refusal(`
defaults: { hold: 60, quiet: 5s }
rules:
  - { name: slow, match: { name: '/(a+)+$/', severity: purple }, join: 2w }
maintenance:
  - { name: m, match: {}, from: 2026-11-22T00:00:00Z, until: 2026-11-21T00:00:00Z }
budgets: { reserve: { critical: 80, high: 40 } }
topology: [[a]]`);
    expect(message).to.match(/have 8 fault\(s\)/);
    for (const part of [
      /- defaults\.hold is not a time: write 30s, 5m/,
      /- defaults has "quiet", which is not known: see the built-in file/,
      /- rules\.0\.match\.name\.0 .*can take for ever on some texts: write it without, or as a glob/,
      /- rules\.0\.match\.severity is none of the severities critical, high/,
      /- rules\.0\.join is not a time/,
      /- maintenance\.0\.until ends before it begins: exchange from and until/,
      /- budgets\.reserve reserves more than 100 percent in all: lower the shares/,
      /- topology\.0 is not a pair \[caller, callee\]/,
    ])
      expect(message).to.match(part);
  });

  it('are refused where the file is not there, no YAML, or something else', () => {
    expect(() => loadPolicies(join(folder, 'none.yaml'))).to.throw(FleetError, /it cannot be read: ENOENT/);
    expect(refusal('a: [')).to.match(/it cannot be read: /);
    expect(refusal('- 1')).to.match(/begin with a copy of the built-in file/);
  });
});
