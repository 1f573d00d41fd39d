import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { sourceOfKind } from '../../../scripts/eval/payloads.ts';

const SCRIPT = resolve(import.meta.dirname, '../../../scripts/eval.ts');
const RULE = {
  id: 'r1',
  alertname: 'MySQLDown',
  title: 'MySQL down',
  description: '',
  severity: 'critical',
  expr: 'mysql_up == 0',
  class: 'network',
};

describe('the evaluation', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'eval-'));
    mkdirSync(join(folder, 'alerts/payloads'), { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const run = (...more: string[]) => {
    const out = join(folder, 'results.json');
    const { status, stderr } = spawnSync(process.execPath, [SCRIPT, '--cases', folder, '--out', out, ...more], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH },
    });
    return { status, stderr, results: () => JSON.parse(readFileSync(out, 'utf8')) };
  };

  it('answers rules and payloads by their input alone', () => {
    writeFileSync(join(folder, 'alerts/rules.jsonl'), `${JSON.stringify(RULE)}\n`);
    writeFileSync(join(folder, 'alerts/rules-mixins.jsonl'), `${JSON.stringify({ ...RULE, id: 'r2' })}\n`);
    const payload = resolve(import.meta.dirname, '../../fixtures/payloads/slack/person-chat.json');
    cpSync(payload, join(folder, 'alerts/payloads/p.json'));
    writeFileSync(
      join(folder, 'alerts/labels.json'),
      JSON.stringify({ p: { file: 'payloads/p.json', kind: 'slack:event', is_alert: true } }),
    );
    const { status, results } = run();
    expect(status).to.equal(0);
    expect(results()).to.deep.equal({
      rca: [],
      rules: [
        { id: 'r1', class: 'database' },
        { id: 'r2', class: 'database' },
      ],
      payloads: [{ id: 'p', is_alert: false, state: 'none', class: null }],
    });
  });

  it('fails when there was nothing to answer', () => {
    const { status, stderr } = run();
    expect(status).to.equal(1);
    expect(stderr).to.match(/nothing was answered/);
  });

  it('says which variables are missing for a model, and which suites there are', () => {
    expect(run('--llm').stderr).to.match(/--llm needs an LLM: set OPENAI_API_KEY/);
    const { status, stderr } = run('--suite', 'nehza');
    expect(status).to.equal(1);
    expect(stderr).to.match(/--suite nehza is unknown, the suites are .*nezha/);
  });

  it('sends each sender to its own source, and strangers to generic', () => {
    expect(sourceOfKind('prometheus:webhook')).to.equal('alertmanager');
    expect(sourceOfKind('signoz:webhook')).to.equal('signoz');
    expect(sourceOfKind('signoz:pagerduty')).to.equal('pagerduty');
    expect(sourceOfKind('signoz:opsgenie')).to.equal('generic');
    expect(sourceOfKind('slack:event')).to.equal('slack');
    expect(sourceOfKind('riemann:webhook')).to.equal('generic');
    expect(sourceOfKind('__proto__')).to.equal('generic');
  });
});
