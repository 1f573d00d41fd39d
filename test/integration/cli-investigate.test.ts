import { expect } from 'chai';
import { investigateCommand } from '../../scripts/cli/investigate.ts';
import { sandboxEnvironment } from '../../scripts/fleet-in-process.ts';
import { type LlmSandbox, startLlmSandbox } from '../../scripts/sandbox/llm/start-llm-sandbox.ts';
import { type Sandbox, startSandbox } from '../../scripts/sandbox/start-sandbox.ts';
import { reportSchema } from '../../src/shared/report.ts';
import { type Ran, runCommand } from '../unit/scripts/cli/support/run-command.ts';

const CERTIFICATE = 'SSL certificate for api.example.com expires in 24 hours';
const FACTS = ['--service', 'user-service', '--label', 'team=identity'];
const CALLERS = ['Callers give up', ...FACTS, '--agent', 'database', '--json'];

describe('npm run investigate', function () {
  this.timeout(60_000);
  let sandbox: Sandbox;
  let llm: LlmSandbox;
  let certificate: Ran;
  let callers: Ran;
  before(async () => {
    sandbox = await startSandbox();
    llm = await startLlmSandbox();
    const environment = sandboxEnvironment(sandbox);
    const ai = { ...environment, OPENAI_BASE_URL: llm.baseUrl };
    // Each opens a database of its own in memory, which takes seconds: both at once.
    [certificate, callers] = await Promise.all([
      runCommand(investigateCommand, [CERTIFICATE], environment, { width: 80 }),
      runCommand(investigateCommand, CALLERS, ai),
    ]);
  });
  after(async () => {
    await sandbox.close();
    await llm.close();
  });

  it('shows its progress on stderr and the RCA on stdout, and posts nothing', async () => {
    const { code, out, err } = certificate;
    expect(code).to.equal(0);
    expect(err).to.match(
      /^classify +class network: .*\n(.*\n)*investigate +gathering evidence: \d+ of \d+ questions answered$/m,
    );
    expect(out).to.match(/^.*Network: root cause identified/);
    expect(out)
      .to.match(/^Root cause$/m)
      .and.to.match(/certificate/i)
      .and.to.match(/openssl s_client/);
    expect(sandbox.slack.record.filter(({ method }) => method.startsWith('chat.'))).to.deep.equal([]);
  });

  it('asks the LLM that is configured, by the agent that was named, and writes the report as JSON', async () => {
    const { code, out, err } = callers;
    expect(code).to.equal(0);
    expect(err).to.match(/^classify +agent database: the alert says so by rca_agent$/m);
    const report = reportSchema.parse(JSON.parse(out));
    expect(report).to.include({ tier: 'llm', class: 'database' });
    expect(JSON.stringify(llm.requests[0]!.body)).to.include('team').and.to.include('user-service');
  });

  it('refuses what it would misunderstand, with code 2, before anything is opened', async () => {
    const wrong = [
      [[], 'give the alert as one text'],
      [['two', 'words'], 'put the alert into quotes'],
      [['x', '--agent', 'psychology'], 'give one of database, network'],
      [['x', '--label', 'novalue'], '--label wants NAME=VALUE'],
    ] as const;
    for (const [args, why] of wrong) {
      const { code, err } = await runCommand(investigateCommand, [...args], {});
      expect(code, args.join(' ')).to.equal(2);
      expect(err).to.include(why);
    }
    const odd = await runCommand(investigateCommand, ['x', '--severity', 'purple'], {});
    expect(odd.code).to.equal(1);
    expect(odd.err).to.match(/`severity`: must be critical/);
  });
});
