import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { FaultPlan } from '../http/faults.ts';
import {
  type RefusalFault,
  type SandboxAnswer,
  type SandboxService,
  startSandboxHttpServer,
} from '../http/sandbox-http-server.ts';
import { createAuthority, issueCertificate } from '../network/sandbox-certificates.ts';
import { createWorldClock, type Scenario, type WorldClock } from '../scenarios/telemetry-world.ts';
import { createClusterStates } from './cluster-states.ts';
import { answerKubernetes } from './kubernetes-api.ts';
import { KubernetesRefusal, statusAnswer } from './kubernetes-refusal.ts';

export type KubernetesSandboxOptions = {
  scenarios: Scenario[];
  /** The present of the world; its own by default, shared where several sandboxes show the same world. */
  world?: WorldClock;
  token?: string;
  /** Namespaces that the token may not read (403). */
  forbiddenNamespaces?: string[];
  /** Serve https with an authority of its own in the kubeconfig; clients in Go send no token over plain http. */
  tls?: boolean;
};

/** The simulated Kubernetes API; faults go by path, for example `/api/v1/pods`. */
export type KubernetesSandbox = FaultPlan & {
  url: string;
  /** A kubeconfig file for it in a temporary folder, removed by `close()`. */
  kubeconfigPath: string;
  /** Method and path of every request so far. */
  requests: string[];
  /** Forgets every state that was listed so far: its `continue` tokens are answered with 410. */
  compact(): void;
  connections(): number;
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
};

function refuse(fault: RefusalFault): SandboxAnswer {
  switch (fault.kind) {
    case 'error':
      return statusAnswer(500, 'InternalError', fault.error);
    case 'status':
      return statusAnswer(fault.status, 'InternalError', fault.body ?? 'an error on the server');
    case 'rate_limited': {
      const headers = { 'retry-after': String(fault.retryAfterSeconds) };
      const message = 'the server has received too many requests and has asked us to try again later';
      return new KubernetesRefusal('TooManyRequests', message, fault).toAnswer(headers);
    }
  }
}

function kubeconfig(server: string, token: string, authority: string | null): string {
  // The JavaScript SDK speaks plain http only to a cluster whose TLS it need not verify.
  const trust = authority
    ? { 'certificate-authority-data': Buffer.from(authority).toString('base64') }
    : { 'insecure-skip-tls-verify': true };
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'sandbox',
    clusters: [{ name: 'sandbox', cluster: { server, ...trust } }],
    users: [{ name: 'reader', user: { token } }],
    contexts: [{ name: 'sandbox', context: { cluster: 'sandbox', user: 'reader', namespace: 'default' } }],
  });
}

async function createTls() {
  const authority = await createAuthority();
  const validTo = new Date(Date.now() + 24 * 3_600_000);
  return { ...(await issueCertificate(authority, { altNames: ['127.0.0.1'], validTo })), authority: authority.cert };
}

/** Starts the simulated Kubernetes API on a free loopback port and writes its kubeconfig. */
export async function startKubernetesSandbox(options: KubernetesSandboxOptions): Promise<KubernetesSandbox> {
  const { scenarios, token = 'sandbox-reader-token', forbiddenNamespaces = [] } = options;
  const world = options.world ?? createWorldClock(scenarios);
  const states = createClusterStates();
  const deps = { token, world: world.read, states, forbidden: new Set(forbiddenNamespaces) };
  const requests: string[] = [];
  const tls = options.tls ? await createTls() : undefined;
  const service: SandboxService = {
    operationOf: ({ path }) => path,
    handle(request) {
      requests.push(`${request.method} ${request.path}`);
      try {
        return answerKubernetes(deps, request);
      } catch (error) {
        if (error instanceof KubernetesRefusal) return error.toAnswer();
        throw error;
      }
    },
    refuse,
  };
  const server = await startSandboxHttpServer(service, tls);
  const folder = await mkdtemp(join(tmpdir(), 'rca-fleet-kubernetes-'));
  const kubeconfigPath = join(folder, 'kubeconfig.yaml');
  await writeFile(kubeconfigPath, kubeconfig(server.url, token, tls?.authority ?? null), { mode: 0o600 });
  return {
    ...server,
    kubeconfigPath,
    requests,
    compact: states.compact,
    async close() {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
