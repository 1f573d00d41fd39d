import { expect } from 'chai';
import type { Evidence, Finding } from '../../../../src/shared/report.ts';
import { judgeConfiguration } from '../../../../src/workers/changes/judge-configuration.ts';
import { changesOfIncident } from '../../../../src/workers/conclusion/changes-of-incident.ts';
import { at, evidence, input, logRow, logs, NOW } from '../../../support/evidence-fixtures.ts';

/** What `kubectl` printed. */
function printed(number: number, command: string, output: string): Evidence {
  const data = { command, output };
  const frame = { server: 'recorded', tool: 'command.output', query: {}, from: null, to: null, truncated: false };
  return {
    number,
    capability: 'command.output',
    ...frame,
    collectedAt: NOW.toISOString(),
    data,
    text: output,
    digest: '',
  };
}

type Configured = {
  name: string;
  kind?: 'ConfigMap' | 'Secret';
  minutesAgo: number;
  key: string;
  old: string;
  now: string;
};

/** `kubectl get configmap -o yaml` of an object that somebody edited. */
function configuration({ name, kind = 'ConfigMap', minutesAgo, key, old, now }: Configured): string {
  const applied = JSON.stringify({ apiVersion: 'v1', kind, metadata: { name }, data: { [key]: old } });
  return [
    'apiVersion: v1',
    `kind: ${kind}`,
    'metadata:',
    `  name: ${name}`,
    '  namespace: shop',
    '  creationTimestamp: "2026-03-01T08:00:00Z"',
    '  annotations:',
    `    kubectl.kubernetes.io/last-applied-configuration: '${applied}'`,
    '  managedFields:',
    '  - manager: kubectl-client-side-apply',
    '    operation: Update',
    '    time: "2026-03-01T08:00:00Z"',
    '  - manager: kubectl-edit',
    '    operation: Update',
    `    time: "${at(minutesAgo)}"`,
    'data:',
    `  ${key}: ${now}`,
  ].join('\n');
}

/** A Deployment that takes its variables from one object and mounts another. */
const workload = (name: string, from: { kind: 'ConfigMap' | 'Secret'; name: string }) =>
  [
    'apiVersion: apps/v1',
    'kind: Deployment',
    'metadata:',
    `  name: ${name}`,
    '  namespace: shop',
    'spec:',
    `  selector: { matchLabels: { app: ${name} } }`,
    '  template:',
    `    metadata: { labels: { app: ${name} } }`,
    '    spec:',
    '      containers:',
    `      - name: ${name}`,
    `        image: ${name}:1`,
    '        envFrom:',
    `        - ${from.kind === 'ConfigMap' ? 'configMapRef' : 'secretRef'}: { name: ${from.name} }`,
  ].join('\n');

const beganAt = (component: string, more: Partial<Finding> = {}): Finding => ({
  detector: 'where-it-began',
  class: 'application',
  statement: `The trouble most likely began at ${component}.`,
  component,
  confidence: 0.6,
  cause: true,
  evidence: [1],
  timeline: [{ at: at(8), what: 'First deviation', evidence: [1] }],
  actions: [],
  prevention: [],
  metrics: [],
  ...more,
});

const ORDERS = { name: 'orders-settings', minutesAgo: 12, key: 'REDIS_POOL_SIZE', old: '50', now: '"2"' };
const usual = logRow('order placed', { service: 'orders', severity: 'INFO', at: at(70) });
const complaint = logs(1, [
  usual,
  ...Array.from({ length: 5 }, (_, index) =>
    logRow(`redis pool exhausted after ${index} s`, { service: 'orders', at: at(7 - index) }),
  ),
]);

function incident(objects: Configured[], users: [string, Configured][], ...more: Evidence[]) {
  const documents = [
    ...users.map(([name, { kind = 'ConfigMap', name: object }]) => workload(name, { kind, name: object })),
    ...objects.map(configuration),
  ];
  const items = [complaint, printed(2, 'kubectl get deploy,cm -n shop -o yaml', documents.join('\n---\n')), ...more];
  return input('orders is slow', items, { service: 'orders', namespace: 'shop', startsAt: at(5) });
}

describe('changes of configuration', () => {
  it('are to blame where time, place and mechanism fit', () => {
    const given = incident([ORDERS], [['orders', ORDERS]]);
    const { culprit, ruledOut } = judgeConfiguration([beganAt('orders')], given);
    expect(ruledOut).to.deep.equal([]);
    expect(culprit?.live).to.deep.include({ id: 'shop/orders-settings', services: ['orders'], evidence: [2] });
    expect(culprit?.mechanism.why).to.match(/REDIS_POOL_SIZE|pool/i);
    const { blamed, hypotheses } = changesOfIncident([beganAt('orders')], given);
    expect(blamed?.statement).to.match(
      /^The change "ConfigMap shop\/orders-settings" \(config shop\/orders-settings\) fits: /,
    );
    expect(blamed?.actions[0]?.command).to.equal('kubectl describe configmap orders-settings --namespace shop');
    expect(hypotheses[0]).to.include({ standing: 'supported' });
  });

  it('are ruled out by name where another workload uses them, they came later, or nothing that goes wrong speaks of them', () => {
    const mailer = { ...ORDERS, name: 'mailer-settings' };
    const later = { ...ORDERS, minutesAgo: 2 };
    const other = { ...ORDERS, key: 'BANNER_COLOUR', old: 'blue', now: 'green' };
    const why = (changed: Configured, user: string) => {
      const given = incident([changed], [[user, changed]]);
      const { blamed, hypotheses, cleared } = changesOfIncident([beganAt('orders')], given);
      expect(blamed).to.equal(null);
      expect(cleared).to.deep.equal([changed.name]);
      expect(hypotheses.map(({ standing }) => standing)).to.deep.equal(['ruled_out']);
      return hypotheses[0]!.statement;
    };
    expect(why(mailer, 'mailer')).to.match(
      /^Not the change "ConfigMap shop\/mailer-settings".*mailer, which is not in trouble/,
    );
    expect(why(later, 'orders')).to.include('it came after the trouble had begun');
    expect(why(other, 'orders')).to.include('nothing of that is in what goes wrong');
  });

  it('of a Secret fit complaints about credentials, and its values are never told', () => {
    const secret = {
      ...ORDERS,
      kind: 'Secret' as const,
      name: 'orders-db',
      key: 'password',
      old: 'aHVudGVyMg==',
      now: 'c2VjcmV0',
    };
    const refused = logs(3, [
      usual,
      ...Array.from({ length: 5 }, (_, index) =>
        logRow('FATAL: password authentication failed for user "orders"', { service: 'orders', at: at(7 - index) }),
      ),
    ]);
    const given = incident([secret], [['orders', secret]], refused);
    const { culprit } = judgeConfiguration([beganAt('orders')], given);
    expect(culprit?.live.change.title).to.equal('Secret shop/orders-db');
    expect(JSON.stringify(culprit)).to.not.match(/aHVudGVyMg|c2VjcmV0/);
    // Nothing that goes wrong has to do with credentials.
    expect(judgeConfiguration([beganAt('orders')], incident([secret], [['orders', secret]])).culprit).to.equal(null);
  });

  it('are told by events as well, and an age alone is none', () => {
    const event = {
      type: 'Normal',
      reason: 'Updated',
      kind: 'ConfigMap',
      name: 'orders-redis-pool',
      namespace: 'shop',
      message: 'Updated ConfigMap',
      count: 1,
      firstSeen: at(11),
      lastSeen: at(11),
    };
    const user = printed(
      2,
      'kubectl get deploy -n shop -o yaml',
      workload('orders', { kind: 'ConfigMap', name: 'orders-redis-pool' }),
    );
    const about = { service: 'orders', namespace: 'shop', startsAt: at(5) };
    const told = input(
      'orders is slow',
      [complaint, user, evidence(3, 'events.list', { events: [event], truncated: false })],
      about,
    );
    expect(judgeConfiguration([beganAt('orders')], told).culprit?.live.evidence).to.deep.equal([2, 3]);
    const young = printed(
      3,
      'kubectl get cm -n shop',
      'NAME                DATA   AGE\norders-redis-pool   1      11m\nkube-root-ca.crt    1      200d',
    );
    const aged = input('orders is slow', [complaint, user, young], about);
    expect(judgeConfiguration([beganAt('orders')], aged)).to.deep.equal({ culprit: null, ruledOut: [] });
  });

  it('of the cluster itself, and those whose content nobody has seen, are no decoys', () => {
    const event = (name: string, namespace: string) => ({
      type: 'Normal',
      reason: 'Updated',
      kind: 'ConfigMap',
      name,
      namespace,
      message: 'Updated ConfigMap',
      count: 1,
      firstSeen: at(11),
      lastSeen: at(11),
    });
    const user = printed(
      2,
      'kubectl get deploy -n shop -o yaml',
      workload('orders', { kind: 'ConfigMap', name: 'banners' }),
    );
    const events = [event('banners', 'shop'), event('coredns', 'kube-system')];
    const items = [complaint, user, evidence(3, 'events.list', { events, truncated: false })];
    const given = input('orders is slow', items, { service: 'orders', namespace: 'shop', startsAt: at(5) });
    expect(judgeConfiguration([beganAt('orders')], given)).to.deep.equal({ culprit: null, ruledOut: [] });
  });

  it('are not told again where the cause speaks of them, and blamed for nothing where nothing was found', () => {
    const given = incident([ORDERS], [['orders', ORDERS]]);
    const named = beganAt('orders', { statement: 'ConfigMap orders-settings was changed since it was applied' });
    expect(changesOfIncident([named], given)).to.deep.include({ blamed: null, hypotheses: [] });
    expect(changesOfIncident([], given)).to.deep.include({ blamed: null, hypotheses: [] });
  });
});
