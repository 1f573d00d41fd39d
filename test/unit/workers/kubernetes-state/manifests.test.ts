import { expect } from 'chai';
import { concluded, manifests } from './conclude-evidence.ts';

type Json = Record<string, unknown>;

const container = (more: Json = {}): Json => ({ name: 'main', image: 'registry.example/app:1', ...more });
const podSpec = (more: Json = {}, main: Json = {}): Json => ({ containers: [container(main)], ...more });
const deployment = (name: string, spec: Json, more: Json = {}): Json => ({
  kind: 'Deployment',
  metadata: { name, namespace: 'team' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec },
    ...more,
  },
});
const service = (name: string, selector: Json, port: number, targetPort: number | string): Json => ({
  kind: 'Service',
  metadata: { name, namespace: 'team' },
  spec: { selector, ports: [{ port, targetPort }] },
});
const stated = (question: string, ...objects: Json[]) => {
  const { report, struck } = concluded(question, [manifests(...objects)]);
  expect(struck.filter((line) => line.startsWith('root cause'))).to.deep.equal([]);
  return { ...report, said: report.rootCause.statement };
};

describe('manifests without status', () => {
  it('tell a service whose selector matches no pod', () => {
    const report = stated(
      'Why does ledger not answer?',
      deployment('ledger', podSpec()),
      service('ledger', { app: 'ledgers' }, 80, 80),
    );
    expect(report.said).to.include('selector mismatch').and.to.include('app=ledgers');
    expect(report.class).to.equal('network');
  });

  it('tell a target port on which no container listens, by number and by name', () => {
    const ports = { ports: [{ containerPort: 8080, name: 'http' }] };
    const byNumber = stated(
      'ledger refuses connections',
      deployment('ledger', podSpec({}, ports)),
      service('ledger', { app: 'ledger' }, 80, 9090),
    );
    const byName = stated(
      'ledger refuses connections',
      deployment('ledger', podSpec({}, ports)),
      service('ledger', { app: 'ledger' }, 80, 'web'),
    );
    expect(byNumber.said).to.include('targetPort 9090').and.to.include('8080');
    expect(byName.said).to.include('port named web');
  });

  it('say nothing of services that select nothing on purpose', () => {
    const alias = {
      kind: 'Service',
      metadata: { name: 'legacy', namespace: 'team' },
      spec: { type: 'ExternalName', externalName: 'db.example.com' },
    };
    const manual = {
      kind: 'Service',
      metadata: { name: 'manual', namespace: 'team' },
      spec: { ports: [{ port: 80 }] },
    };
    const report = stated('Is legacy fine?', alias, manual, deployment('ledger', podSpec()));
    expect(report.verdict).to.equal('inconclusive');
  });

  it('tell missing ConfigMaps, Secrets and keys', () => {
    const map = { kind: 'ConfigMap', metadata: { name: 'conf', namespace: 'team' }, data: { 'app.yaml': 'x' } };
    const fromKey = { env: [{ name: 'MODE', valueFrom: { configMapKeyRef: { name: 'conf', key: 'mode' } } }] };
    const fromSecret = { envFrom: [{ secretRef: { name: 'absent-keys' } }] };
    expect(stated('Why does ledger not start?', map, deployment('ledger', podSpec({}, fromKey))).said)
      .to.include('key mode')
      .and.to.include('does not exist');
    expect(stated('Why does ledger not start?', map, deployment('ledger', podSpec({}, fromSecret))).said).to.include(
      'Secret absent-keys',
    );
  });

  it('tell a probe that asks a port on which the container does not listen', () => {
    const probe = { ports: [{ containerPort: 8080 }], livenessProbe: { httpGet: { port: 9999, path: '/health' } } };
    const report = stated('Why does ledger restart all the time?', deployment('ledger', podSpec({}, probe)));
    expect(report.said).to.include('liveness probe').and.to.include('9999').and.to.include('8080');
  });

  it('tell a quota that the replicas exceed together', () => {
    const quota = {
      kind: 'ResourceQuota',
      metadata: { name: 'small', namespace: 'team' },
      spec: { hard: { 'requests.cpu': '1' } },
    };
    const main = { resources: { requests: { cpu: '400m' }, limits: { cpu: '400m' } } };
    const report = stated(
      'Why are pods of ledger missing?',
      quota,
      deployment('ledger', podSpec({}, main), { replicas: 4 }),
    );
    expect(report.said).to.include('ResourceQuota small is exceeded');
    expect(report.class).to.equal('resource');
  });

  it('tell a claim whose volume has another class', () => {
    const volume = {
      kind: 'PersistentVolume',
      metadata: { name: 'vol' },
      spec: { storageClassName: 'slow', accessModes: ['ReadWriteOnce'] },
    };
    const claim = {
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', namespace: 'team' },
      spec: { storageClassName: 'quick', volumeName: 'vol', accessModes: ['ReadWriteOnce'] },
    };
    const report = stated(
      'Why is ledger pending?',
      volume,
      claim,
      deployment('ledger', podSpec({ volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'data' } }] })),
    );
    expect(report.said).to.include('StorageClass quick').and.to.include('slow').and.to.include('PVC');
  });

  it('tell a policy that lets no traffic through, and one that forgets DNS', () => {
    const caller = deployment('web', podSpec({}, { env: [{ name: 'LEDGER_URL', value: 'http://ledger:80' }] }));
    const callee = deployment('ledger', podSpec({}, { ports: [{ containerPort: 80 }] }));
    const policy = (spec: Json) => ({ kind: 'NetworkPolicy', metadata: { name: 'wall', namespace: 'team' }, spec });
    const objects = [caller, callee, service('ledger', { app: 'ledger' }, 80, 80)];
    const denied = stated(
      'web gets timeouts from ledger',
      ...objects,
      policy({ podSelector: {}, policyTypes: ['Ingress'] }),
    );
    const nameless = stated(
      'web gets timeouts from ledger',
      ...objects,
      policy({
        podSelector: { matchLabels: { app: 'web' } },
        policyTypes: ['Egress'],
        egress: [{ to: [{ podSelector: { matchLabels: { app: 'ledger' } } }], ports: [{ port: 80 }] }],
      }),
    );
    const open = stated(
      'Is web fine?',
      ...objects,
      policy({
        podSelector: { matchLabels: { app: 'ledger' } },
        ingress: [{ from: [{ podSelector: { matchLabels: { app: 'web' } } }] }],
      }),
    );
    expect(denied.said).to.include('allows no ingress at all');
    expect(nameless.said).to.include('does not allow DNS');
    expect(open.verdict).to.equal('healthy');
  });

  it('tell an ingress that leads to a port which its service does not have', () => {
    const ingress = {
      kind: 'Ingress',
      metadata: { name: 'edge', namespace: 'team' },
      spec: {
        rules: [{ http: { paths: [{ path: '/', backend: { service: { name: 'ledger', port: { number: 8443 } } } }] } }],
      },
    };
    const report = stated(
      'edge answers 503',
      ingress,
      deployment('ledger', podSpec()),
      service('ledger', { app: 'ledger' }, 80, 80),
    );
    expect(report.said).to.include('port 8443 of Service ledger').and.to.include('port 80');
  });

  it('tell an autoscaler whose target has no requests', () => {
    const scaler = {
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'ledger', namespace: 'team' },
      spec: {
        scaleTargetRef: { kind: 'Deployment', name: 'ledger' },
        maxReplicas: 5,
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } },
        ],
      },
    };
    const report = stated('Why does the HPA of ledger not scale?', scaler, deployment('ledger', podSpec()));
    expect(report.said).to.include('no cpu request');
  });

  it('tell a schedule that is none', () => {
    const job = {
      kind: 'CronJob',
      metadata: { name: 'nightly', namespace: 'team' },
      spec: { schedule: '61 25 * * *', jobTemplate: { spec: { template: { spec: podSpec() } } } },
    };
    expect(stated('Why does nightly never run?', job).said).to.include('not valid');
  });

  it('tell an address in the environment that leads to no service or to a wrong port', () => {
    const web = (url: string) => deployment('web', podSpec({}, { env: [{ name: 'LEDGER_URL', value: url }] }));
    const objects = [
      deployment('ledger', podSpec({}, { ports: [{ containerPort: 80 }] })),
      service('ledger', { app: 'ledger' }, 80, 80),
    ];
    expect(stated('web cannot reach the ledger', web('http://ledgr:80'), ...objects).said)
      .to.include('no Service ledgr')
      .and.to.include('ledger');
    expect(stated('web cannot reach the ledger', web('http://ledger:8080'), ...objects).said)
      .to.include('port 8080')
      .and.to.include('offers port 80');
    expect(stated('Is web fine?', web('https://api.example.com:8443'), ...objects).verdict).to.equal('inconclusive');
  });

  it('are whole where everything fits', () => {
    const main = {
      ports: [{ containerPort: 8080, name: 'http' }],
      readinessProbe: { httpGet: { port: 'http', path: '/' } },
      env: [{ name: 'SELF', value: 'http://ledger:80' }],
    };
    const report = stated(
      'Is ledger fine?',
      deployment('ledger', podSpec({}, main)),
      service('ledger', { app: 'ledger' }, 80, 'http'),
    );
    expect(report.verdict).to.equal('healthy');
    expect(report.hypotheses.filter(({ standing }) => standing !== 'ruled_out')).to.deep.equal([]);
  });

  it('let a policy speak of the port of the pods, by its number, its name and a range, whatever the service calls it', () => {
    const policy = (...ports: Json[]): Json => ({
      kind: 'NetworkPolicy',
      metadata: { name: 'only-known', namespace: 'team' },
      spec: {
        podSelector: { matchLabels: { app: 'ledger' } },
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ podSelector: { matchLabels: { app: 'web' } } }], ports }],
      },
    });
    const listens = { ports: [{ name: 'api', containerPort: 9090 }] };
    const calls = { env: [{ name: 'LEDGER_URL', value: 'http://ledger:80' }] };
    const told = (...ports: Json[]) =>
      stated(
        'Why does web not reach ledger?',
        deployment('ledger', podSpec({}, listens)),
        deployment('web', podSpec({}, calls)),
        service('ledger', { app: 'ledger' }, 80, 'api'),
        policy(...ports),
      ).said;
    for (const port of [{ port: 9090 }, { port: 'api' }, { port: 9000, endPort: 9100 }])
      expect(told(port), JSON.stringify(port)).not.to.include('only-known');
    for (const port of [{ port: 80 }, { port: 9000, endPort: 9080 }])
      expect(told(port), JSON.stringify(port)).to.include('only-known');
  });

  it('say nothing by what a script would say only if something failed', () => {
    const script = (text: string) =>
      stated('Why does web fail?', deployment('web', podSpec({}, { command: ['/bin/sh', '-c', text] }))).said;
    expect(script('wget -q http://ledger || echo "ERROR: no answer from ledger"')).not.to.include('no answer');
    expect(script('echo "ERROR: no answer from ledger"; exit 1')).to.include('no answer');
  });
});
