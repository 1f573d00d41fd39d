import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { checkAgents } from '../../../../../scripts/cli/doctor/check-agents.ts';

const AGENTS = join(import.meta.dirname, '../../../../../src/shared/agents');
const NETWORK = readFileSync(join(AGENTS, 'network.yaml'), 'utf8');

describe("the doctor's look at the agents", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rca-fleet-agents-'));
    cpSync(join(AGENTS, 'surveys'), join(folder, 'surveys'), { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const look = (yaml: string) => {
    writeFileSync(join(folder, 'network.yaml'), yaml);
    return checkAgents(null, folder)[0]!;
  };

  it('finds ours valid, and pools that do not exist', () => {
    expect(checkAgents({ workerPools: [] }).map((line) => line.status)).to.deep.equal(['ok']);
    const [, pools] = checkAgents({ workerPools: ['network', 'databse'] });
    expect(pools).to.include({ what: 'WORKER_POOLS', status: 'failed', detail: 'names databse' });
  });

  it('tells a file that is no YAML, one with a fault, and a detector that is not there', () => {
    expect(look('name: [').status).to.equal('failed');
    expect(look(NETWORK.replace(/^title: .*$/m, '')).detail).to.include('network.yaml is not valid: title');
    expect(look(NETWORK.replace('certificate-expiry', 'crystal-ball')).detail).to.include('no detector crystal-ball');
    expect(look(NETWORK)).to.include({ status: 'ok' });
  });
});
