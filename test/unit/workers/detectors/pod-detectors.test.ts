import { expect } from 'chai';
import type { Evidence } from '../../../../src/shared/report.ts';
import { crashLoop } from '../../../../src/workers/detectors/crash-loop.ts';
import { endpointsNotReady } from '../../../../src/workers/detectors/endpoints-not-ready.ts';
import { oomKill } from '../../../../src/workers/detectors/oom-kill.ts';
import {
  at,
  container,
  event,
  events,
  evidence,
  health,
  input,
  logRow,
  logs,
  pod,
  pods,
} from '../../../support/evidence-fixtures.ts';

const TITLE = 'Pods of user-service restart';
const NAME = 'user-service-5d8f7c9b6d-x4b8j';
const ended = (reason: string, exitCode: number, finishedAt: string | null = at(3)) => ({
  reason,
  exitCode,
  finishedAt,
});
const crashing = (more = {}) =>
  container({
    ready: false,
    state: 'waiting',
    reason: 'CrashLoopBackOff',
    restarts: 8,
    lastTermination: ended('Error', 1),
    ...more,
  });
const lastLogs = (number: number, lines: string[]): Evidence =>
  evidence(
    number,
    'pods.logs',
    { pod: NAME, namespace: 'shop', container: 'app', previous: true, lines, truncated: false },
    { pod: NAME },
  );

describe('the crash-loop detector', () => {
  it('finds a crash loop with restarts, exit code and last words', () => {
    const words = lastLogs(2, [
      'starting',
      'Error: required setting LEDGER_URL is not set',
      '    at main (app.js:3:1)',
    ]);
    const [finding] = crashLoop(input(TITLE, [pods(1, [pod(NAME, [crashing()])]), words]));
    expect(finding).to.include({ cause: true, component: 'user-service', confidence: 0.85 });
    expect(finding?.statement)
      .to.contain('8 restarts')
      .and.contain('exit code 1')
      .and.contain('required setting LEDGER_URL is not set');
    expect(finding?.evidence).to.deep.equal([1, 2]);
  });

  it('finds a container that runs at the moment and has just been restarted again', () => {
    const [finding] = crashLoop(
      input(TITLE, [pods(1, [pod(NAME, [container({ restarts: 5, lastTermination: ended('Error', 139) })])])]),
    );
    expect(finding?.statement).to.contain('SIGSEGV');
  });

  it('leaves a container that the kernel killed for memory to oom-kill', () => {
    const killed = [pods(1, [pod(NAME, [crashing({ lastTermination: ended('OOMKilled', 137) })])])];
    expect(crashLoop(input(TITLE, killed))).to.deep.equal([]);
    expect(oomKill(input(TITLE, killed))).to.have.length(1);
  });

  it('gives commands only for names that Kubernetes would accept', () => {
    const [finding] = crashLoop(input(TITLE, [pods(1, [pod('user-service-$(reboot)', [crashing()])])]));
    expect(finding?.actions).to.deep.equal([]);
    const [good] = crashLoop(input(TITLE, [pods(1, [pod(NAME, [crashing()])])]));
    expect(good?.actions[0]?.command).to.equal(
      `kubectl logs ${NAME} --namespace shop --container app --previous --tail 100`,
    );
  });

  const SILENT: Record<string, Evidence[]> = {
    'healthy pods': [pods(1, [pod(NAME, [container()])])],
    'restarts of last week': [
      pods(1, [
        pod(NAME, [container({ restarts: 9, lastTermination: ended('Error', 1, '2026-11-12T00:00:00.000Z') })]),
      ]),
    ],
    'a job that completed': [
      pods(1, [
        pod(NAME, [container({ state: 'terminated', reason: 'Completed', exitCode: 0, ready: false })], {
          phase: 'Succeeded',
        }),
      ]),
    ],
    'a crash loop of an unrelated service': [
      pods(1, [pod('billing-5d8f7c9b6d-n7w3r', [crashing()])], { namespace: 'shop' }),
    ],
  };
  for (const [what, items] of Object.entries(SILENT)) {
    it(`is silent about ${what}`, () => {
      expect(crashLoop(input(TITLE, items))).to.deep.equal([]);
    });
  }
});

describe('the oom-kill detector', () => {
  it('finds a container that the kernel killed, with its limit', () => {
    const killed = crashing({ lastTermination: ended('OOMKilled', 137), restarts: 4 });
    const [finding] = oomKill(input(TITLE, [pods(1, [pod(NAME, [killed])])]));
    expect(finding).to.include({ cause: true, class: 'resource', confidence: 0.9, component: 'user-service' });
    expect(finding?.statement).to.contain(
      'was killed for going over its memory limit of 512Mi (OOMKilled, 4 restarts)',
    );
    expect(finding?.timeline).to.deep.equal([
      { at: at(3), what: `Container app of ${NAME} was OOM-killed`, evidence: [1] },
    ]);
  });

  it('says when there is no limit', () => {
    const killed = crashing({ lastTermination: ended('OOMKilled', 137), limits: {} });
    expect(oomKill(input(TITLE, [pods(1, [pod(NAME, [killed])])]))[0]?.statement).to.contain('no limit of its own');
  });

  it('reads the errors of runtimes', () => {
    for (const line of [
      'java.lang.OutOfMemoryError: Java heap space',
      'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
    ]) {
      expect(oomKill(input(TITLE, [logs(1, [logRow(line)])]))[0]?.evidence).to.deep.equal([1]);
    }
  });

  const SILENT: Record<string, Evidence[]> = {
    'healthy pods': [pods(1, [pod(NAME, [container()])])],
    'a kill of last week': [
      pods(1, [pod(NAME, [container({ lastTermination: ended('OOMKilled', 137, '2026-11-12T00:00:00.000Z') })])]),
    ],
    'a container that was killed for another reason': [
      pods(1, [pod(NAME, [crashing({ lastTermination: ended('Error', 137) })])]),
    ],
    'an event of an unrelated pod': [events(1, [event({ reason: 'OOMKilling', name: 'billing-0' })])],
  };
  for (const [what, items] of Object.entries(SILENT)) {
    it(`is silent about ${what}`, () => {
      expect(oomKill(input(TITLE, items))).to.deep.equal([]);
    });
  }
});

describe('the endpoints-not-ready detector', () => {
  it('finds a service without a ready endpoint', () => {
    const [finding] = endpointsNotReady(
      input(TITLE, [health(1, { readyEndpoints: [], notReadyEndpoints: ['10.42.0.5:8080', '10.42.0.6:8080'] })]),
    );
    expect(finding).to.include({ cause: false, component: 'user-service', confidence: 0.75 });
    expect(finding?.statement).to.contain('matches 2 pods');
  });

  it('takes a selector that matches no pod for a cause', () => {
    const [finding] = endpointsNotReady(
      input(TITLE, [health(1, { readyEndpoints: [], matchingPods: 0, selector: { app: 'users', tier: 'api' } })]),
    );
    expect(finding).to.include({ cause: true, class: 'network' });
    expect(finding?.statement).to.contain('(app=users,tier=api) matches no pod');
  });

  it('weighs a missing service by whether somebody tries to reach it', () => {
    const missing = health(1, {
      service: 'orders',
      found: false,
      namespace: '',
      selector: {},
      readyEndpoints: [],
      matchingPods: 0,
    });
    const [alone] = endpointsNotReady(input(TITLE, [missing]));
    const [wanted] = endpointsNotReady(input(TITLE, [missing, logs(2, [logRow('getaddrinfo ENOTFOUND orders')])]));
    expect(alone?.confidence).to.be.lessThan(0.3);
    expect(wanted?.confidence).to.equal(0.8);
  });

  const STUCK = {
    'an image that cannot be pulled': {
      containers: [
        container({
          ready: false,
          state: 'waiting' as const,
          reason: 'ImagePullBackOff',
          message: 'Back-off pulling image "x:9"',
        }),
      ],
      more: {},
      says: 'waits in ImagePullBackOff',
    },
    'a missing secret': {
      containers: [
        container({
          ready: false,
          state: 'waiting' as const,
          reason: 'CreateContainerConfigError',
          message: 'secret "a" not found',
        }),
      ],
      more: {},
      says: 'secret "a" not found',
    },
    'a full cluster': {
      containers: [],
      more: {
        ready: false,
        phase: 'Pending',
        conditions: [
          {
            type: 'PodScheduled',
            status: 'False',
            reason: 'Unschedulable',
            message: '0/3 nodes are available: 3 Insufficient memory.',
          },
        ],
      },
      says: 'cannot be scheduled (Unschedulable): 0/3 nodes are available',
    },
  };
  for (const [what, { containers, more, says }] of Object.entries(STUCK)) {
    it(`finds a pod that cannot become ready because of ${what}`, () => {
      const [finding] = endpointsNotReady(input(TITLE, [pods(1, [pod(NAME, containers, more)])]));
      expect(finding?.statement).to.contain(says);
      expect(finding?.cause).to.equal(true);
    });
  }

  it('finds a failing probe', () => {
    const unready = pod(NAME, [container({ ready: false })]);
    const probe = event({
      reason: 'Unhealthy',
      message: 'Readiness probe failed: HTTP probe failed with statuscode: 503',
    });
    const [finding] = endpointsNotReady(input(TITLE, [pods(1, [unready]), events(2, [probe])]));
    expect(finding).to.include({ cause: false });
    expect(finding?.evidence).to.deep.equal([1, 2]);
  });

  const SILENT: Record<string, Evidence[]> = {
    'a healthy service': [health(1), pods(2, [pod(NAME, [container()])])],
    'a service without a selector': [health(1, { selector: {}, readyEndpoints: [], matchingPods: 0 })],
    'a crash loop, which is another detector': [pods(1, [pod(NAME, [crashing()])])],
    'a pod that is only starting': [
      pods(1, [pod(NAME, [container({ ready: false, state: 'waiting', reason: 'ContainerCreating' })])]),
    ],
    'an unready pod of an unrelated service': [
      pods(
        1,
        [pod('billing-5d8f7c9b6d-n7w3r', [container({ ready: false, state: 'waiting', reason: 'ImagePullBackOff' })])],
        { namespace: 'shop' },
      ),
    ],
  };
  for (const [what, items] of Object.entries(SILENT)) {
    it(`is silent about ${what}`, () => {
      expect(endpointsNotReady(input(TITLE, items))).to.deep.equal([]);
    });
  }
});
