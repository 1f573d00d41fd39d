import type { Action } from '../../../shared/report.ts';
import { isKubernetesName } from '../../detectors/support/names.ts';
import { shellCommand } from '../../detectors/support/shell.ts';
import { changeAction, describeAction, listAction } from '../actions.ts';
import type { KubernetesState } from '../kubernetes-state.ts';
import { sameNamespace, workloadName } from '../relations.ts';
import { questionsTo } from './store-questions.ts';

/** Whose log told of a failure, and whom the failure is about: its callee or its store. */
export type Scene = { owner: string; pod: string | null; namespace: string | null; peer: string | null };

type Plan = (scene: Scene, state: KubernetesState, kind: string) => Action[];

const RESTARTS = 'Restarts the pods of the workload.';

const toCallee: Plan = ({ peer, namespace }) => [
  ...(peer ? describeAction('service', peer, namespace, `See ports, selector and endpoints of ${peer}`) : []),
  ...endpointsOf(peer, namespace),
  ...listAction('networkpolicies', namespace, 'See which network policies may cut the way', false),
];

const toNames: Plan = ({ namespace }) => [
  ...listAction('services', namespace, 'See whether a service of that name exists'),
  ...NAME_SERVERS,
  ...listAction('networkpolicies', namespace, 'See whether a network policy keeps pods from the name servers', false),
];

const toSettings: Plan = ({ pod, owner, namespace }) => [
  ...ofPod(pod, namespace, 'See environment, ConfigMaps and Secrets of the pod'),
  ...historyOf(owner, namespace),
  changeAction('Set what the message names in the environment, ConfigMap or Secret of the workload', RESTARTS),
];

const toCertificate: Plan = ({ namespace }) => [
  ...listAction('certificates', namespace, 'See which certificates are ready and when they end'),
  changeAction('Renew the certificate, or give its authority to those who must trust it', RESTARTS),
];

/** Another certificate does not help where the clock is wrong. */
const toClock: Plan = ({ namespace }) => [
  ...listAction('certificates', namespace, 'See from when the certificates are valid'),
  ...listAction('nodes', null, 'See on which nodes the clocks are to be compared'),
  changeAction(
    'Set the clock that is wrong, or serve a certificate that is valid already',
    'A jump of the clock disturbs timers.',
  ),
];

const toStore =
  (change: string, risk: string): Plan =>
  (scene, state, kind) => [...questionsTo(storePod(state, scene), kind), changeAction(change, risk)];

const toSecrets =
  (server: string): Plan =>
  ({ namespace }) => [
    ...listAction('secrets', namespace, 'See which Secrets exist and how old they are', false),
    changeAction(`Bring the password or key of the Secret and that of the ${server} together`, RESTARTS),
  ];

/** By the kind of failure: what to look at, then what people decide. */
const PLANS: Record<string, Plan> = {
  timeout: toCallee,
  'connection-refused': toCallee,
  'connection-lost': toCallee,
  'service-unavailable': toCallee,
  'database-unreachable': toCallee,
  'broker-unreachable': toCallee,
  'name-resolution': toNames,
  configuration: toSettings,
  credentials: (scene, state, kind) => [
    ...listAction('secrets', scene.namespace, 'See which Secrets exist and how old they are', false),
    ...toStore('Bring the password of the Secret and that of the database together', RESTARTS)(scene, state, kind),
  ],
  'broker-credentials': toSecrets('broker'),
  'mail-credentials': toSecrets('mail server'),
  'directory-credentials': toSecrets('directory'),
  'file-server-credentials': toSecrets('file server'),
  'repository-credentials': toSecrets('repository'),
  'user-missing': toStore('Create the user again, or correct its name and database in the client', 'Changes a login.'),
  'store-rights': toStore('Grant the right again to the user', 'Changes what a login may do.'),
  'password-expired': toStore('Give the user a new password, or take the expiry off it', 'Changes a login.'),
  'read-only-database': toStore(
    'Make the server writable again, or point its clients to the primary',
    'Writes go to another server than before: be sure that it is the primary.',
  ),
  'connection-limit': toStore(
    'End idle sessions, shrink the pools of the clients, or raise the limit',
    'Ended sessions lose their open transactions.',
  ),
  lock: toStore('End the session that blocks the others', 'Rolls its transaction back.'),
  'store-memory': toStore('Raise the memory of the store, or let it evict keys', 'Evicted keys are lost.'),
  'database-schema': ({ owner, namespace }) => [
    ...listAction('jobs', namespace, 'See whether the migration ran'),
    ...historyOf(owner, namespace),
    changeAction('Run the missing migration, or go back to the version before', 'Changes the schema or the version.'),
  ],
  certificate: toCertificate,
  'certificate-expired': toCertificate,
  'certificate-not-yet-valid': toClock,
  'disk-full': ({ namespace }) => [
    ...listAction('pvc', namespace, 'See the volumes and their sizes'),
    changeAction('Free space, or enlarge the volume', 'Deleted files are lost; look first what fills the disk.'),
  ],
  'store-disk-full': ({ namespace }) => [
    ...listAction('pvc', namespace, 'See the volumes and their sizes'),
    changeAction(
      'Enlarge the volume of the database, or free space by its own means',
      'Never delete its files by hand.',
    ),
  ],
  'local-ports': () => [
    changeAction('Let the client reuse its connections (keep-alive, a pool)', 'Changes the program.'),
  ],
  'clock-skew': ({ namespace }) => [
    ...listAction('pods', namespace, 'See on which nodes the two sides run'),
    changeAction('Let the clock of the node follow its time server again', 'A jump of the clock disturbs timers.'),
  ],
  'program-fault': ({ owner, namespace }) => historyOf(owner, namespace),
};

/** What to do about a failure that a log tells of; nothing for kinds that need no more than the log. */
export const failureActions = (kind: string | null, scene: Scene, state: KubernetesState): Action[] =>
  kind !== null && Object.hasOwn(PLANS, kind) ? (PLANS[kind]?.(scene, state, kind) ?? []) : [];

const NAME_SERVERS: Action[] = [
  {
    title: 'See whether the name servers of the cluster run',
    command: 'kubectl get pods --namespace kube-system --selector k8s-app=kube-dns --output wide',
    risk: null,
  },
];

const ofPod = (pod: string | null, namespace: string | null, title: string): Action[] =>
  pod ? describeAction('pod', pod, namespace, title) : [];

function endpointsOf(peer: string | null, namespace: string | null): Action[] {
  if (!peer || !namespace || !isKubernetesName(peer) || !isKubernetesName(namespace)) return [];
  const selector = `kubernetes.io/service-name=${peer}`;
  const command = shellCommand('kubectl', 'get', 'endpointslices', '--namespace', namespace, '--selector', selector);
  return [{ title: `See which pods answer for ${peer}`, command, risk: null }];
}

function historyOf(owner: string, namespace: string | null): Action[] {
  if (!namespace || !isKubernetesName(owner) || !isKubernetesName(namespace)) return [];
  const command = shellCommand('kubectl', 'rollout', 'history', `deployment/${owner}`, '--namespace', namespace);
  return [{ title: `See when ${owner} was last rolled out`, command, risk: null }];
}

/** A pod of the store, or of who tells of the failure where it is a store itself. */
function storePod(state: KubernetesState, { peer, owner, namespace }: Scene) {
  const of = (workload: string) =>
    state.pods.find((pod) => sameNamespace(pod.namespace, namespace) && workloadName(pod) === workload);
  return (peer ? of(peer) : undefined) ?? of(owner) ?? null;
}
