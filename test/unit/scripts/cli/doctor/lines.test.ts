import { expect } from 'chai';
import { failed, formatLine, off, ok, runCheck } from '../../../../../scripts/cli/doctor/check.ts';
import { checkNode } from '../../../../../scripts/cli/doctor/check-configuration.ts';
import { clockLine } from '../../../../../scripts/cli/doctor/check-database.ts';
import { checkNetwork } from '../../../../../scripts/cli/doctor/check-network.ts';
import { redisLines } from '../../../../../scripts/cli/doctor/check-redis.ts';
import { scopeLine } from '../../../../../scripts/cli/doctor/check-slack.ts';
import { hideSecrets } from '../../../../../scripts/cli/doctor/hide-secrets.ts';
import { redisConfigOf } from '../../../../../scripts/servers/redis-config-of.ts';
import { loadConfig } from '../../../../../src/shared/config.ts';

const GOOD_REDIS = { redis_version: '7.2.5', maxmemory_policy: 'noeviction', aof_enabled: '1', connected_slaves: '1' };
const placeOf = (url: string) => redisConfigOf(url).place;

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
      REDIS_URL: 'redis+sentinel://:redis%2Bsecret@s/m?sentinelPassword=sentinel-secret',
    };
    const hide = hideSecrets(loadConfig(environment));
    const line = hide(
      failed('x', 'said slack-secret and pg password', 'not admin-secret, redis+secret or sentinel-secret'),
    );
    expect(line).to.deep.equal(failed('x', 'said [masked] and [masked]', 'not [masked], [masked] or [masked]'));
  });

  describe('about Redis', () => {
    const STANDALONE = placeOf('redis://r:6379');
    const SENTINEL = placeOf('redis+sentinel://s1,s2,s3/mymaster');
    const CLUSTER = placeOf('redis+cluster://n1,n2,n3');
    const server = (address: string, changes: Record<string, string> = {}) => ({
      address,
      facts: new Map(Object.entries({ ...GOOD_REDIS, ...changes })),
    });
    const linesOf = (changes: Record<string, string>, place = STANDALONE) =>
      redisLines([server('r:6379', changes)], place).map(formatLine);

    it('ask for one that is new enough, never evicts and appends', () => {
      const statuses = (changes: Record<string, string>) =>
        redisLines([server('r:6379', changes)], STANDALONE).map((line) => line.status);
      expect(statuses({})).to.deep.equal(['ok', 'ok', 'ok']);
      expect(statuses({ redis_version: '10.0.1' })).to.deep.equal(['ok', 'ok', 'ok']);
      expect(statuses({ redis_version: '6.0.16' })).to.deep.equal(['failed', 'ok', 'ok']);
      expect(statuses({ maxmemory_policy: 'allkeys-lru' })).to.deep.equal(['ok', 'failed', 'ok']);
      expect(statuses({ aof_enabled: '0' })).to.deep.equal(['ok', 'ok', 'failed']);
    });

    it('tell what a plain URL leads to when it is no server that takes jobs', () => {
      expect(linesOf({ role: 'slave' })[0]).to.match(/^✗ queues: .* is a replica, .*: give its master's address/);
      expect(linesOf({ redis_mode: 'cluster' })[0]).to.match(/^✗ .* node of a Cluster: .*redis\+cluster:\/\/$/);
      expect(linesOf({ redis_mode: 'sentinel' })[0]).to.match(/^✗ .* is a sentinel: .*redis\+sentinel:\/\//);
    });

    it('name the master behind sentinels, and miss its replicas', () => {
      expect(linesOf({}, SENTINEL).slice(0, 2)).to.deep.equal([
        '✓ queues: Redis 7.2.5, master "mymaster" on r:6379, by 3 sentinel(s)',
        '✓ Redis replicas: 1',
      ]);
      expect(linesOf({ connected_slaves: '0' }, SENTINEL)[1]).to.equal(
        '✗ Redis replicas: none of r:6379, so nothing takes over when it dies: start a replica of each master',
      );
    });

    it('look at every master of a Cluster, and name those with a fault', () => {
      const servers = [server('n1:1'), server('n2:2', { aof_enabled: '0' }), server('n3:3', { connected_slaves: '0' })];
      expect(redisLines(servers, CLUSTER).map(formatLine)).to.deep.equal([
        '✓ queues: Redis 7.2.5 Cluster, 3 master(s) on n1:1, n2:2, n3:3',
        '✗ Redis replicas: none of n3:3, so nothing takes over when it dies: start a replica of each master',
        '✓ Redis maxmemory-policy: noeviction',
        '✗ Redis appendonly: no on n2:2, so a restart of Redis empties the queues: set appendonly yes',
      ]);
    });
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
