import { expect } from 'chai';
import { failed, formatLine, off, ok, runCheck } from '../../../../../scripts/cli/doctor/check.ts';
import { checkNode } from '../../../../../scripts/cli/doctor/check-configuration.ts';
import { clockLine } from '../../../../../scripts/cli/doctor/check-database.ts';
import { checkNetwork } from '../../../../../scripts/cli/doctor/check-network.ts';
import { redisLines } from '../../../../../scripts/cli/doctor/check-redis.ts';
import { scopeLine } from '../../../../../scripts/cli/doctor/check-slack.ts';
import { hideSecrets } from '../../../../../scripts/cli/doctor/hide-secrets.ts';
import { loadConfig } from '../../../../../src/shared/config.ts';

const info = (facts: Record<string, string>) =>
  `# Server\r\n${Object.entries(facts)
    .map(([name, value]) => `${name}:${value}\r\n`)
    .join('')}`;
const GOOD_REDIS = { redis_version: '7.2.5', maxmemory_policy: 'noeviction', aof_enabled: '1' };

describe('the lines of the doctor', () => {
  it('are marked by how it stands, with the remedy at the end', () => {
    expect(formatLine(ok('Node', '26.1.0'))).to.equal('✓ Node: 26.1.0');
    expect(formatLine(failed('Slack', 'invalid_auth', 'check SLACK_BOT_TOKEN'))).to.equal(
      '✗ Slack: invalid_auth: check SLACK_BOT_TOKEN',
    );
    expect(formatLine(off('LLM', 'not configured (no LLM)'))).to.equal('- LLM: not configured (no LLM)');
  });

  it('stay one line each, whatever a server says', () => {
    expect(formatLine(failed('x', 'first\n✓ fake: all is well\u001b[2J'))).to.equal(
      '✗ x: first ✓ fake: all is well[2J',
    );
  });

  it('come of a check that throws or hangs as well', async () => {
    const { signal } = new AbortController();
    const thrown = await runCheck({ what: 'x', run: () => Promise.reject(new Error('no')) }, 1000, signal);
    expect(thrown).to.deep.equal([failed('x', 'no')]);
    const hung = await runCheck({ what: 'x', run: () => new Promise(() => {}) }, 20, signal);
    expect(hung[0]!.detail).to.equal('the answer took longer than 20 ms');
  });

  it('hold no secret, even where a server quotes it', () => {
    const environment = {
      DATABASE_URL: 'postgres://u:pg%20password@h/d',
      SLACK_BOT_TOKEN: 'slack-secret',
      ADMIN_TOKEN: 'admin-secret',
    };
    const hide = hideSecrets(loadConfig(environment));
    const line = hide(failed('x', 'said slack-secret and pg password', 'not admin-secret'));
    expect(line).to.deep.equal(failed('x', 'said [masked] and [masked]', 'not [masked]'));
  });

  it('ask for a Redis that is new enough, never evicts and appends', () => {
    const statuses = (facts: Record<string, string>) => redisLines(info(facts), 'r:6379').map((line) => line.status);
    expect(statuses(GOOD_REDIS)).to.deep.equal(['ok', 'ok', 'ok']);
    expect(statuses({ ...GOOD_REDIS, redis_version: '10.0.1' })).to.deep.equal(['ok', 'ok', 'ok']);
    expect(statuses({ ...GOOD_REDIS, redis_version: '6.0.16' })).to.deep.equal(['failed', 'ok', 'ok']);
    expect(statuses({ ...GOOD_REDIS, maxmemory_policy: 'allkeys-lru' })).to.deep.equal(['ok', 'failed', 'ok']);
    expect(statuses({ ...GOOD_REDIS, aof_enabled: '0' })).to.deep.equal(['ok', 'ok', 'failed']);
  });

  it('complain of clocks that are more than five seconds apart', () => {
    expect(clockLine(4_900).status).to.equal('ok');
    expect(clockLine(-5_100)).to.include({ status: 'failed' });
    expect(clockLine(-5_100).detail).to.equal("the database's is 5.1 s behind this machine's");
  });

  it('name the Slack scopes that are missing, any of a pair being enough', () => {
    expect(scopeLine(['chat:write', 'groups:read', 'channels:history']).status).to.equal('ok');
    expect(scopeLine(['chat:write', 'channels:read'])).to.deep.include({
      status: 'failed',
      detail: 'the token lacks channels:history or groups:history',
    });
  });

  it('tell entries of the allow-list that could never match', () => {
    const check = (...allowedHosts: string[]) => checkNetwork({ allowedHosts, resolveOverrides: {} })[0]!;
    expect(check().status).to.equal('off');
    expect(check('api.example.com', '*.example.org', '10.0.0.0/8', '::1', 'fd00::/8').status).to.equal('ok');
    for (const wrong of ['https://a.example', 'a.example:443', '10.0.0.0/33', 'a.example/8', '10.0.0.0/'])
      expect(check('api.example.com', wrong), wrong).to.include({ status: 'failed' });
    expect(check('ok.example', 'a.example:443').detail).to.equal('NETWORK_ALLOWED_HOSTS has "a.example:443"');
  });

  it('refuse a Node that does not run our TypeScript', () => {
    expect(checkNode('24.0.0').status).to.equal('ok');
    expect(checkNode('22.9.0').status).to.equal('failed');
  });
});
