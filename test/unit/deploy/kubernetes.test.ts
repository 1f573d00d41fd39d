import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { fileOfRole } from '../../../deploy/image/roles.ts';
import { RESOURCES } from '../../../scripts/sandbox/kubernetes/resources.ts';
import { loadAgents, poolAgents } from '../../../src/shared/agents/load-agents.ts';
import { loadConfig, POST_POOL, SECRET_VARIABLES } from '../../../src/shared/config.ts';
import { OBJECT_KINDS } from '../../../src/shared/mcp/capability-schemas/kubernetes-reads.ts';
import { createMetrics } from '../../../src/shared/metrics.ts';
import { investigateQueue, POST_QUEUE } from '../../../src/shared/queues/queue-names.ts';
import { configVariables, ROOT, readText, readYaml, type Tree } from './support/deploy-files.ts';
import { modelFaults } from './support/model-faults.ts';
import { idOf, renderKustomization } from './support/render-kustomization.ts';

/** kubectl, where it is on the machine, renders a kustomization without any cluster. */
const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;

/** Everything under deploy/kubernetes in a temporary folder, with an overlay that takes the component as well. */
const folder = mkdtempSync(join(tmpdir(), 'rca-fleet-kubernetes-'));
cpSync(join(ROOT, 'deploy/kubernetes'), folder, { recursive: true });
mkdirSync(join(folder, 'overlays/hpa'));
writeFileSync(
  join(folder, 'overlays/hpa/kustomization.yaml'),
  'resources: [../../base]\ncomponents: [../../components/external-metrics-hpa]\n',
);
const RENDERED = Object.fromEntries(
  ['base', 'overlays/example', 'overlays/hpa'].map((path) => [path, renderKustomization(join(folder, path))]),
);
const secrets = readYaml(join(ROOT, 'deploy/kubernetes/secrets.example.yaml'));
after(() => rmSync(folder, { recursive: true, force: true }));

for (const [path, objects] of Object.entries(RENDERED)) {
  const ofKind = (kind: string): Tree[] => objects.filter((object) => object.kind === kind);
  const named = (kind: string, name: string): Tree => ofKind(kind).find((object) => object.metadata.name === name);
  const deployments = ofKind('Deployment');
  const workloads = [...deployments, ...ofKind('Job')];
  const podSpec = (workload: Tree): Tree => workload.spec.template.spec;
  const container = (workload: Tree): Tree => podSpec(workload).containers[0];

  describe(`deploy/kubernetes/${path}`, () => {
    it('renders to what kubectl renders', function () {
      if (!hasKubectl) this.skip();
      const done = spawnSync('kubectl', ['kustomize', join(folder, path)], { encoding: 'utf8' });
      expect(done.status, done.stderr).to.equal(0);
      const file = join(folder, `rendered-${path.replace('/', '-')}.yaml`);
      writeFileSync(file, done.stdout);
      expect(byId(objects)).to.deep.equal(byId(readYaml(file)));
    }).timeout(30_000);

    it('has only fields that Kubernetes knows, with values of their type', () => {
      const own = objects.filter(({ apiVersion }) => !apiVersion.startsWith('keda.sh/'));
      expect([...own, ...secrets].flatMap(modelFaults)).to.deep.equal([]);
    });

    it('names every object once, in the namespace that it makes', () => {
      const ids = objects.map(idOf);
      expect(ids).to.deep.equal([...new Set(ids)]);
      const [{ metadata: namespace }] = ofKind('Namespace');
      const inside = objects.filter(({ metadata }) => metadata.namespace !== undefined);
      expect(new Set(inside.map(({ metadata }) => metadata.namespace))).to.deep.equal(new Set([namespace.name]));
      expect(secrets.every(({ metadata }) => metadata.namespace === namespace.name)).to.equal(true);
    });

    it('selects pods that exist', () => {
      for (const { metadata, spec } of deployments) {
        expect(matches(spec.selector, spec.template.metadata.labels), metadata.name).to.equal(true);
        const others = workloads.filter((one) => one.metadata.name !== metadata.name);
        const caught = others.filter((one) => matches(spec.selector, one.spec.template.metadata.labels));
        expect(caught, `${metadata.name} selects the pods of others`).to.have.length(0);
      }
      const selectors = [
        ...ofKind('Service').map(({ spec }) => ({ matchLabels: spec.selector })),
        ...ofKind('PodDisruptionBudget').map(({ spec }) => spec.selector),
        ...ofKind('NetworkPolicy').map(({ spec }) => spec.podSelector),
        ...deployments.flatMap((one) => podSpec(one).topologySpreadConstraints.map((item: Tree) => item.labelSelector)),
      ];
      for (const selector of selectors) expect(podsOf(selector), JSON.stringify(selector)).to.not.have.length(0);
    });

    it('refers only to config maps, secrets and accounts that exist', () => {
      for (const workload of workloads) {
        for (const { configMapRef, secretRef } of container(workload).envFrom) {
          if (configMapRef) expect(named('ConfigMap', configMapRef.name), configMapRef.name).to.not.equal(undefined);
          if (secretRef) expect(secretNamed(secretRef.name), secretRef.name).to.not.equal(undefined);
        }
        expect(named('ServiceAccount', podSpec(workload).serviceAccountName)).to.not.equal(undefined);
      }
      for (const { roleRef, subjects } of ofKind('ClusterRoleBinding')) {
        expect(named(roleRef.kind, roleRef.name)).to.not.equal(undefined);
        for (const { kind, name, namespace } of subjects) {
          expect(named(kind, name)?.metadata.namespace).to.equal(namespace);
        }
      }
    });

    it('names ports that exist, in probes, services, policies and ingresses', () => {
      for (const workload of deployments) {
        const { ports, startupProbe, livenessProbe, readinessProbe } = container(workload);
        const names = ports.map(({ name }: Tree) => name);
        for (const probe of [startupProbe, livenessProbe, readinessProbe]) expect(names).to.include(probe.httpGet.port);
        expect(livenessProbe.httpGet.path).to.equal('/healthz');
        expect(readinessProbe.httpGet.path).to.equal('/readyz');
      }
      for (const { spec } of ofKind('Service')) {
        for (const port of spec.ports) expect(portNames({ matchLabels: spec.selector })).to.include(port.targetPort);
      }
      for (const { spec } of ofKind('NetworkPolicy')) {
        const used = (spec.ingress ?? []).flatMap((rule: Tree) => rule.ports ?? []).map(({ port }: Tree) => port);
        for (const port of used) expect(portNames(spec.podSelector)).to.include(port);
      }
      for (const { spec } of ofKind('Ingress')) {
        for (const { backend } of spec.rules.flatMap((rule: Tree) => rule.http.paths)) {
          const service = named('Service', backend.service.name);
          expect(service.spec.ports.map(({ name }: Tree) => name)).to.include(backend.service.port.name);
        }
      }
    });

    it('gives every pod an environment that the fleet accepts and listens to', () => {
      for (const workload of workloads) {
        const environment = environmentOf(workload);
        const unknown = Object.keys(environment).filter((name) => !configVariables().includes(name));
        expect(unknown, `${workload.metadata.name}: variables that config.ts does not know`).to.deep.equal([]);
        const config = loadConfig(environment);
        expect(config.databaseUrl, `${workload.metadata.name} shares a database`).to.not.equal(null);
        const [port] = container(workload).ports ?? [];
        const [role] = container(workload).args;
        if (role === 'producer') expect(port.containerPort).to.equal(config.port);
        if (role === 'worker') expect(port.containerPort).to.equal(config.workerPort);
      }
      const [{ data }] = ofKind('ConfigMap');
      const secret = Object.keys(data).filter((name) => (SECRET_VARIABLES as readonly string[]).includes(name));
      expect(secret, 'secrets in the config map').to.deep.equal([]);
    });

    it('gives each secret only to who needs it', () => {
      const holders = (name: string) =>
        workloads.filter((one) => name in environmentOf(one)).map(({ metadata }) => metadata.name);
      expect(holders('SLACK_BOT_TOKEN')).to.have.members(['rca-fleet-producer', 'rca-fleet-worker-post']);
      for (const name of ['SLACK_SIGNING_SECRET', 'WEBHOOK_TOKEN', 'ADMIN_TOKEN']) {
        expect(holders(name), name).to.deep.equal(['rca-fleet-producer']);
      }
      expect(holders('OPENAI_API_KEY')).to.not.include('rca-fleet-producer');
    });

    it('runs roles of the image, all of the same tag', () => {
      for (const workload of workloads) {
        expect(fileOfRole(container(workload).args[0]), workload.metadata.name).to.be.a('string');
      }
      expect(new Set(workloads.map((workload) => container(workload).image))).to.have.property('size', 1);
      const { version } = JSON.parse(readText('package.json'));
      expect(container(workloads[0]).image).to.match(new RegExp(`rca-fleet:${version.replaceAll('.', '\\.')}$`));
    });

    it('waits longer for a pod to end than the pod takes', () => {
      for (const workload of deployments) {
        const { shutdownTimeoutMs } = loadConfig(environmentOf(workload));
        const pause = container(workload).lifecycle?.preStop?.sleep?.seconds ?? 0;
        const needed = pause + shutdownTimeoutMs / 1000;
        expect(podSpec(workload).terminationGracePeriodSeconds, workload.metadata.name).to.be.greaterThan(needed);
      }
    });

    it('runs every pod unprivileged, with bounded resources', () => {
      for (const workload of workloads) {
        const { securityContext, resources } = container(workload);
        expect(podSpec(workload).securityContext).to.include({ runAsNonRoot: true, runAsUser: 1000 });
        expect(podSpec(workload).securityContext.seccompProfile.type).to.equal('RuntimeDefault');
        expect(securityContext).to.deep.equal({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(resources.requests).to.have.all.keys('cpu', 'memory');
        expect(resources.limits).to.have.property('memory');
      }
    });

    it('lets investigators read the cluster, and nobody anything else', () => {
      const [{ rules }] = ofKind('ClusterRole');
      for (const { verbs } of rules) expect(verbs).to.deep.equal(['get', 'list']);
      const granted = rules.flatMap(({ resources }: Tree) => resources);
      // What src/shared/mcp/servers/kubernetes/kubernetes-reader.ts reads.
      expect(granted).to.include.members([
        'pods',
        'pods/log',
        'services',
        'events',
        'endpointslices',
        'deployments',
        'replicasets',
      ]);
      // The right to list config maps covers their values, which `list_objects` leaves out.
      const kinds: readonly string[] = OBJECT_KINDS.filter((kind) => kind !== 'ConfigMap');
      const listed = RESOURCES.filter(({ kind }) => kinds.includes(kind));
      expect(listed).to.have.length(kinds.length);
      for (const { group, plural } of listed) {
        const rule = rules.find(
          ({ apiGroups, resources }: Tree) => apiGroups.includes(group) && resources.includes(plural),
        );
        expect(rule, `${group}/${plural}`).to.not.equal(undefined);
      }
      expect(granted).to.not.include.members(['secrets']);
      expect(granted).to.not.include('configmaps');
      const mounted = workloads.filter((one) => podSpec(one).automountServiceAccountToken !== false);
      const investigators = poolAgents(loadAgents()).map(({ name }) => `rca-fleet-worker-${name}`);
      expect(mounted.map(({ metadata }) => metadata.name)).to.have.members(investigators);
    });

    it('has one deployment and one scaler for every pool', () => {
      const pools = [...poolAgents(loadAgents()).map(({ name }) => name), POST_POOL];
      const workers = deployments.filter((one) => container(one).args[0] === 'worker');
      expect(workers.map((one) => environmentOf(one).WORKER_POOLS)).to.have.members(pools);
      const scalers = [...ofKind('ScaledObject'), ...ofKind('HorizontalPodAutoscaler')];
      expect(scalers.map(({ spec }) => spec.scaleTargetRef.name)).to.have.members(
        workers.map(({ metadata }) => metadata.name),
      );
      // The scaler owns the number of replicas; a number here would be set back with every apply.
      for (const worker of workers) expect(worker.spec).to.not.have.property('replicas');
    });

    it('scales each pool on the depth of its own queue, by a metric that the producer serves', async () => {
      const { labels, states } = await queueGauge();
      for (const scaler of [...ofKind('ScaledObject'), ...ofKind('HorizontalPodAutoscaler')]) {
        const worker = named('Deployment', scaler.spec.scaleTargetRef.name);
        const environment = environmentOf(worker);
        const pool = environment.WORKER_POOLS!;
        const { metric, queue, asked, perReplica, min, max } = readScaler(scaler);
        expect(metric).to.equal('rca_fleet_queue_jobs');
        expect(queue).to.equal(pool === POST_POOL ? POST_QUEUE : investigateQueue(pool));
        expect(states).to.include.members(asked);
        expect(labels).to.include('queue');
        if (pool !== POST_POOL) expect(perReplica).to.equal(loadConfig(environment).workerConcurrency);
        expect(min).to.be.at.least(1);
        expect(max).to.be.greaterThan(min);
      }
    });

    function secretNamed(name: string): Tree {
      return secrets.find(({ metadata }) => metadata.name === name);
    }

    function podsOf(selector: Tree): Tree[] {
      return workloads.filter(({ spec }) => matches(selector, spec.template.metadata.labels));
    }

    function portNames(selector: Tree): string[] {
      return podsOf(selector).flatMap((workload) => (container(workload).ports ?? []).map(({ name }: Tree) => name));
    }

    function environmentOf(workload: Tree): Record<string, string> {
      const { env = [], envFrom } = container(workload);
      const sources = envFrom.map(({ configMapRef, secretRef }: Tree) =>
        configMapRef ? named('ConfigMap', configMapRef.name).data : secretNamed(secretRef.name).stringData,
      );
      return Object.assign({}, ...sources, Object.fromEntries(env.map(({ name, value }: Tree) => [name, value])));
    }
  });
}

function byId(objects: Tree[]): Record<string, Tree> {
  return Object.fromEntries(objects.map((object) => [idOf(object), object]));
}

function matches({ matchLabels = {}, matchExpressions = [] }: Tree, labels: Record<string, string>): boolean {
  const byLabel = Object.entries(matchLabels).every(([name, value]) => labels[name] === value);
  return byLabel && matchExpressions.every(({ key, values }: Tree) => values.includes(labels[key]));
}

/** The labels of the gauge that is scaled on, and the states in which the producer reports jobs. */
async function queueGauge(): Promise<{ labels: string[]; states: string[] }> {
  const { registry, queueJobs } = createMetrics();
  queueJobs.set({ queue: 'a', state: 'b' }, 1);
  const metric = (await registry.getMetricsAsJSON()).find(({ name }) => name === 'rca_fleet_queue_jobs');
  const states = /getJobCounts\((.+?)\)/.exec(readText('src/shared/queue-metrics.ts'))?.[1] ?? '';
  const [value] = (metric as unknown as { values: { labels: Record<string, string> }[] }).values;
  return { labels: Object.keys(value!.labels), states: [...states.matchAll(/'(\w+)'/g)].map(([, state]) => state!) };
}

function readScaler({ kind, spec }: Tree) {
  if (kind === 'HorizontalPodAutoscaler') {
    const [{ external }] = spec.metrics;
    return {
      metric: external.metric.name,
      queue: external.metric.selector.matchLabels.queue,
      asked: [],
      perReplica: Number(external.target.averageValue),
      min: spec.minReplicas,
      max: spec.maxReplicas,
    };
  }
  const [{ metadata }] = spec.triggers;
  const [, metric, queue, states] = /(\w+)\{queue="([^"]+)",state=~"([^"]+)"\}/.exec(metadata.query) ?? [];
  return {
    metric,
    queue,
    asked: states?.split('|') ?? [],
    perReplica: Number(metadata.threshold),
    min: spec.minReplicaCount,
    max: spec.maxReplicaCount,
  };
}
