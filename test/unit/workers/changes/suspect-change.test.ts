import { expect } from 'chai';
import fc from 'fast-check';
import { suspectedCommit } from '../../../../scripts/eval/stress/suspected-commit.ts';
import type { Change } from '../../../../src/workers/changes/change-effect.ts';
import { judgeChanges } from '../../../../src/workers/changes/change-fit.ts';
import { changeHypotheses } from '../../../../src/workers/changes/change-hypotheses.ts';
import { changeSuspects } from '../../../../src/workers/changes/change-suspects.ts';
import { suspectChange } from '../../../../src/workers/changes/suspect-change.ts';
import type { Suspect } from '../../../../src/workers/localisation/suspect.ts';
import { bumpDecoy, formEvidence, type Incident, incident, tidyDecoy } from '../../../fixtures/rca/change-incident.ts';
import { CHANGE_MECHANISMS } from '../../../fixtures/rca/change-mechanisms.ts';
import { CHANGE_SCENARIOS } from '../../../fixtures/rca/change-scenarios.ts';
import { NOW } from '../../../support/evidence-fixtures.ts';

const POOL: Incident = CHANGE_SCENARIOS[0]!.incident;

describe('the change behind an incident', () => {
  for (const { name, incident: about, culprit } of CHANGE_SCENARIOS) {
    it(`${culprit === 'none' ? 'blames no commit for' : 'finds'} ${name}`, () => {
      expect(suspectedCommit(incident(about))).to.equal(culprit);
    });
  }

  for (const { name, incident: about, culprit } of CHANGE_MECHANISMS) {
    it(`finds ${name}, beside a change that speaks of the same`, () => {
      expect(suspectedCommit(incident(about))).to.equal(culprit);
    });
  }

  it('does not blame what only tunes a number, or what does harm by its kind where a reason outside is seen', () => {
    const about = CHANGE_SCENARIOS.find(({ name }) => name.startsWith('a provider'))!.incident;
    const retries = (diff: string) => ({
      id: 'dec0ffee00000003',
      title: 'chore: retry policy',
      files: ['pkg/retry/policy.go'],
      diff,
      deployed: [about.service, 20] as [string, number],
    });
    const [tuned, far] = ['-\tMaxAttempts: 2,\n+\tMaxAttempts: 3,', '-\tMaxAttempts: 2,\n+\tMaxAttempts: 40,'];
    for (const diff of [tuned, far])
      expect(suspectedCommit(incident({ ...about, commits: [retries(diff)] })), diff).to.equal('none');
    const queue = { ...POOL, complaints: [{ service: 'ledger', body: 'order %: queue is full' }] };
    expect(
      suspectedCommit(incident({ ...queue, commits: [{ ...retries(tuned), deployed: ['ledger', 20] }] })),
    ).to.equal('none');
    const culprit = { ...retries(far), deployed: ['ledger', 20] as [string, number] };
    expect(suspectedCommit(incident({ ...queue, commits: [culprit] }))).to.equal(culprit.id);
  });

  it('takes for a place, too, a service that does otherwise since the change, before anybody is in trouble', () => {
    const place = (metric: string, minutesAgo: number) => {
      const exporting = { service: 'exports', metric, from: 60, to: 100, minutesAgo };
      const commit = { id: 'c0ffee0000000009', title: 'pages', files: ['page.go'], diff: '-\ta > b\n+\ta >= b' };
      const about = {
        ...POOL,
        jumps: [exporting],
        commits: [{ ...commit, deployed: ['exports', 30] as [string, number] }],
      };
      const verdict = suspectChange(incident(about))!;
      return (verdict.culprit ?? verdict.ruledOut[0]!.judged).place.why;
    };
    expect(place('pages_read_per_sec', 12)).to.include('pages_read_per_sec changed after it');
    for (const minutesAgo of [3, 40]) expect(place('pages_read_per_sec', minutesAgo)).to.not.include('after it');
  });

  it('takes for a place, too, what makes others work: stores, platforms, and those of whom nothing is measured', () => {
    const place = (service: string, file: string) => {
      const commit = { id: 'c0ffee0000000010', title: 'sizes', files: [file], diff: '-size: 4\n+size: 5' };
      const about = { ...POOL, commits: [{ ...commit, deployed: [service, 30] as [string, number] }] };
      const verdict = suspectChange(incident(about))!;
      return (verdict.culprit ?? verdict.ruledOut[0]!.judged).place.score;
    };
    expect(place('web', 'src/size.ts')).to.equal(0);
    expect(place('web', 'db/migrations/0042_size.sql')).to.equal(0.5);
    expect(place('web', 'terraform/queues/size.tf')).to.equal(0.5);
    expect(place('size-contracts', 'src/size.ts')).to.equal(0.5);
    expect(place('web', 'packages/sizes/src/size.ts')).to.equal(0.5);
    expect(place(`${POOL.service}-2`, 'src/size.ts')).to.equal(1);
  });

  it('takes for the place of a store that suffers the service in trouble that asks it', () => {
    const { incident: index, culprit } = CHANGE_SCENARIOS.find(({ name }) => name.startsWith('an index'))!;
    const jumps = [{ service: 'shipping-db', metric: 'cpu_utilization', from: 0.2, to: 0.98 }];
    const about = {
      ...index,
      jumps,
      complaints: [...index.complaints, { service: 'shipping-db', body: 'statement took % ms' }],
    };
    expect(suspectedCommit(incident(about))).to.equal(culprit);
  });

  it('takes for the place of a store that suffers the service that the alert is about', () => {
    const suspect = (service: string, score: number) =>
      ({ service, score, instance: null, onset: 0, class: null, reasons: [], evidence: [] }) satisfies Suspect;
    const picture = {
      alertAt: 60_000,
      onset: 60_000,
      failing: [suspect('prices-db', 0.99), suspect('web', 0.2)],
      named: new Set<string>(),
      alerted: new Set(['prices']),
      problems: [],
      shifts: [],
    };
    const placed = (service: string) => {
      const change: Change = { kind: 'commit', id: 'c', service, at: null, title: '', detail: '', files: [] };
      return judgeChanges([{ id: 'c', at: 0, services: [service], change, evidence: [1] }], picture)[0]?.place.score;
    };
    expect([placed('prices'), placed('mailer')]).to.deep.equal([1, 0]);
  });

  it('takes for the place of a migration or a policy who feels it, where its lines say what happens', () => {
    const feel = (file: string, diff: string, body: string) => {
      const change = {
        id: 'fee1',
        title: 'tidy',
        files: [file],
        diff,
        deployed: ['apply-job', 15] as [string, number],
      };
      const about = { service: 'ledger', metric: 'http_5xx_ratio', complaints: [{ service: 'ledger', body }] };
      const verdict = suspectChange(incident({ ...about, commits: [change, tidyDecoy('ledger')] }))!;
      return { blamed: verdict.culprit?.live.id ?? null, affects: verdict.culprit?.affects ?? [] };
    };
    const drop = ['db/migrate/9_memo.rb', '+    remove_column :entries, :memo'] as const;
    const found = feel(...drop, 'PG::UndefinedColumn: column "memo" does not exist, entry %');
    expect(found.blamed).to.equal('fee1');
    expect(found.affects).to.include('ledger');
    expect(feel(...drop, 'upstream answered 503 for %').blamed).to.equal(null);
    const policy =
      ' kind: NetworkPolicy\n   egress:\n     - to:\n         - podSelector: {}\n+      ports:\n+        - port: 443';
    const narrow = ['platform/policies/shop.yaml', policy] as const;
    expect(feel(...narrow, 'dial tcp 10.3.0.9:3306: i/o timeout, entry %').blamed).to.equal('fee1');
    expect(feel(...narrow, 'dial tcp 10.3.0.9:443: i/o timeout, entry %').blamed).to.equal(null);
  });

  it('takes for the beginning of the trouble the store whose disk is full', () => {
    const complaints = [
      { service: 'stock', body: 'write of shelf % failed: server closed the connection' },
      { service: 'stock', body: 'giving up on shelf %' },
      { service: 'stock-db', body: 'could not extend file %: No space left on device' },
    ];
    const about = { service: 'stock', metric: 'http_5xx_ratio', complaints };
    expect(changeSuspects(incident({ ...about, commits: [tidyDecoy('stock')] }))[0]).to.include({
      service: 'stock-db',
    });
  });

  it('says nothing of changes where none are known', () => {
    expect(suspectedCommit({ alerts: [], evidence: [], now: NOW })).to.equal(null);
    expect(suspectChange({ alerts: [], evidence: [], now: NOW })).to.equal(null);
    expect(changeSuspects(incident({ ...POOL, commits: [] }))).to.deep.equal([]);
  });

  it('blames the flag and no commit when a flag fits', () => {
    const { incident: about } = CHANGE_SCENARIOS.find(({ name }) => name.startsWith('a flag'))!;
    expect(suspectChange(incident(about))!.culprit!.live.id).to.equal('basket_strict_coupon_check');
  });

  it('blames a flag of which nothing else is known only for what began in the same minute where it was switched', () => {
    const switched = (service: string, minutesAgo: number) =>
      suspectChange(
        incident({
          service: 'kiln',
          metric: 'http_5xx_ratio',
          complaints: [{ service: 'kiln', body: 'glaze % came out grey' }],
          flags: [{ id: 'lunar_mode', service, minutesAgo }],
        }),
      )?.culprit?.live.id ?? null;
    expect([switched('kiln', 10.4), switched('kiln', 14), switched('web', 10.4)]).to.deep.equal([
      'lunar_mode',
      null,
      null,
    ]);
  });

  it('rules out what looks suspect, each with its reason', () => {
    const { ruledOut } = suspectChange(incident(POOL))!;
    const reasons = Object.fromEntries(ruledOut.map(({ judged, why }) => [judged.live.change.title, why]));
    expect(reasons).to.deep.equal({
      'refactor: tidy ledger handler': 'it does the same in another way',
      'chore: bump dependencies': 'it raises patch versions of libraries only',
    });
  });

  it('does not hold a commit for running that nobody deployed', () => {
    const { commits = [] } = POOL;
    const undeployed = commits.map((commit) =>
      commit.files[0] === 'deploy/ledger/values.yaml' ? { ...commit, deployed: undefined } : commit,
    );
    expect(suspectedCommit(incident({ ...POOL, commits: undeployed }))).to.equal('none');
  });

  it('takes the time of a commit where no deploys are recorded at all', () => {
    const commits = (POOL.commits ?? []).map((commit) => ({ ...commit, deployed: undefined }));
    expect(suspectedCommit(incident({ ...POOL, commits }))).to.equal(CHANGE_SCENARIOS[0]!.culprit);
  });

  it('does not blame what makes room, when all that speaks for it is its subject', () => {
    const roomier = { ...POOL.commits!.at(-1)!, diff: '-  poolMaxConnections: 50\n+  poolMaxConnections: 60' };
    const verdict = suspectChange(incident({ ...POOL, commits: [tidyDecoy('ledger'), roomier] }))!;
    expect(verdict.culprit?.score ?? 0).to.be.below(0.45);
  });

  it('writes the culprit and the ruled-out changes as hypotheses of a report', () => {
    const hypotheses = changeHypotheses(suspectChange(incident(POOL))!);
    expect(hypotheses.map(({ standing }) => standing)).to.deep.equal(['supported', 'ruled_out', 'ruled_out']);
    expect(hypotheses[0]!.statement).to.match(
      /^The change "chore: right-size ledger resources" \(commit cab1e5cab1e5\) caused it: it changes "poolMaxConnections" from 50 to 5/,
    );
    expect(hypotheses[0]!.evidence).to.deep.equal([1, 50]);
    expect(hypotheses[0]!.confidence).to.be.within(0.25, 0.85);
    expect(hypotheses[1]!.statement).to.equal(
      'Not the change "refactor: tidy ledger handler" (commit dec0ffee0000): it does the same in another way',
    );
  });

  it('names the service where the trouble began with the class of what is to blame', () => {
    expect(changeSuspects(incident(POOL))[0]).to.include({ service: 'ledger', class: 'application' });
    const { incident: index } = CHANGE_SCENARIOS.find(({ name }) => name.startsWith('an index'))!;
    expect(changeSuspects(incident(index))[0]).to.include({ service: 'shipping', class: 'database' });
    const { incident: provider } = CHANGE_SCENARIOS.find(({ name }) => name.startsWith('a provider'))!;
    expect(changeSuspects(incident(provider))[0]).to.include({ service: 'mailer', class: 'network' });
  });

  it('blames the service that others complain about before those that complain', () => {
    const complaints = [
      { service: 'stock', body: 'reserve % failed: shelf table is locked' },
      { service: 'basket', body: 'upstream stock answered 500 for %' },
      { service: 'web', body: 'upstream stock answered 500 for %' },
    ];
    const about = incident({ ...POOL, service: 'web', metric: 'http_errors_per_second', complaints });
    expect(changeSuspects(about)[0]!.service).to.equal('stock');
  });

  const change = fc.record({
    kind: fc.constantFrom('deploy' as const, 'commit' as const, 'flag' as const),
    id: fc.oneof(fc.constantFrom('aaaaaaaa', 'bbbbbbbb'), fc.string()),
    service: fc.option(fc.oneof(fc.constantFrom('ledger', 'web'), fc.string())),
    at: fc.option(fc.oneof(fc.constant('2026-11-20T11:40:00Z'), fc.string())),
    title: fc.string(),
    detail: fc.oneof(
      fc.string(),
      fc.array(fc.string()).map((lines) => lines.map((line) => `${line.length % 2 ? '-' : '+'}${line}`).join('\n')),
    ),
    files: fc.array(fc.oneof(fc.constantFrom('a.go', 'b.yaml', 'go.mod', 'x.md'), fc.string())),
  });

  it('never fails and blames only what is there, whatever the changes are, in any order', () => {
    const base = incident({ ...POOL, commits: [] }).evidence.filter(({ capability }) => capability !== 'changes.list');
    const judge = (changes: Change[]) =>
      suspectedCommit({
        alerts: incident(POOL).alerts,
        evidence: [...base, formEvidence(50, 'changes.list', { changes })],
        now: NOW,
      });
    const shuffled = fc
      .array(change, { maxLength: 8 })
      .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })));
    fc.assert(
      fc.property(shuffled, ([list, other]) => {
        const culprit = judge(list);
        expect(judge(other)).to.equal(culprit);
        expect([null, 'none', ...list.map(({ id }) => id)]).to.include(culprit);
      }),
      { numRuns: 60 },
    );
  });

  it('reads large diffs in no time', () => {
    const line = (index: number) => `-  setting_${index}: ${index}\n+  setting_${index}: ${index + 1}`;
    const huge = {
      ...bumpDecoy('ledger'),
      files: ['config.yaml'],
      diff: Array.from({ length: 20_000 }, (_, index) => line(index)).join('\n'),
    };
    const hostile = { ...tidyDecoy('ledger'), diff: `-${'a='.repeat(50_000)}\n+${'time '.repeat(50_000)}(` };
    const started = performance.now();
    suspectedCommit(incident({ ...POOL, commits: [huge, hostile] }));
    expect(performance.now() - started).to.be.below(3000);
  });
});
