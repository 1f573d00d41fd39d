import { workloadOf } from '../../detectors/support/names.ts';
import { parseKubernetesQuantity } from '../../detectors/support/quantities.ts';
import { changeAction, describeAction, listAction } from '../actions.ts';
import { type Analyzer, type Context, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { Claim, KubernetesState, Meta } from '../kubernetes-state.ts';
import { name, quote } from '../quote.ts';
import { textAt } from '../raw.ts';
import { called, eventsOf, isListed, isMissing, namesOf, sameNamespace, templatesOf } from '../relations.ts';

/** Finds claims that are not bound: class, volume, access mode. */
export const storage: Analyzer = (context) => [
  ...context.state.claims.flatMap((claim) => claimFault(context, claim)),
  ...templateClasses(context.state),
];

function usersOf(state: KubernetesState, claim: Pick<Claim, 'name' | 'namespace'>): Meta[] {
  const direct = templatesOf(state).filter(
    ({ owner, template }) =>
      sameNamespace(owner.namespace, claim.namespace) && template.volumes.some((volume) => volume.claim === claim.name),
  );
  return direct.map(({ owner }) => owner);
}

function claimFault({ state }: Context, claim: Claim): Diagnosis[] {
  if (claim.deleting || claim.phase === 'Bound') return [];
  if (claim.phase === 'Lost')
    return [
      base(
        state,
        claim,
        'claim-lost',
        'has lost its volume (Lost): the PersistentVolume that it was bound to is gone',
        0.9,
      ),
    ];
  const events = eventsOf(state, claim);
  const told =
    events.findLast(({ reason }) =>
      /ProvisioningFailed|FailedBinding|VolumeMismatch|ExternalExpanding|ProvisioningCleanupFailed/.test(reason),
    ) ?? events.findLast(({ type }) => type === 'Warning');
  const waits = events.some(({ reason }) => reason === 'WaitForFirstConsumer');
  if (claim.phase === null && !told) return state.desiredOnly ? desiredFault(state, claim) : [];
  const why = told
    ? reasonOf(claim, told.message)
    : (absentClass(state, claim)?.why ?? (waits ? null : 'no volume is bound to it'));
  if (why === null) return [];
  const text = `is Pending because ${why}${told ? `. Kubernetes says: ${quote(told.message, 200)}` : ''}`;
  return [
    base(
      state,
      claim,
      'claim-pending',
      text,
      told ? 0.93 : absentClass(state, claim) ? 0.88 : 0.66,
      told ? [told.evidence] : [],
    ),
  ];
}

const PENDING: readonly [RegExp, (claim: Claim, match: RegExpExecArray) => string][] = [
  [
    /storageclass(?:\.storage\.k8s\.io)? "([^"]+)" not found/i,
    (_, [, wanted = '']) => `its StorageClass ${name(wanted)} does not exist (storage class not found)`,
  ],
  [
    /no persistent volumes available for this claim and no storage class is set/i,
    () => 'no StorageClass is set and no PersistentVolume is available for it',
  ],
  [
    /access ?modes?/i,
    (claim) => `its access mode ${claim.accessModes.join(', ')} does not fit the volume or the provisioner`,
  ],
  [/requested PV is too small|storage request|size/i, () => 'the volume is smaller than its request'],
  [/storageClassName does not match/i, () => 'its storage class does not match that of the volume'],
  [/already bound to a different claim/i, () => 'the volume that it names is already bound to another claim'],
  [/waiting for a volume to be created/i, () => 'its provisioner creates no volume'],
  [/exceeded quota|quota/i, () => 'the storage quota is exceeded'],
];

function reasonOf(claim: Claim, message: string): string {
  for (const [pattern, says] of PENDING) {
    const match = pattern.exec(message);
    if (match) return says(claim, match);
  }
  return 'no volume can be provisioned or bound';
}

/** Names of classes that clusters commonly have by themselves. */
const COMMON_CLASS =
  /^(?:standard|default|gp2|gp3|hostpath|local-path|managed(?:-csi|-premium)?(?:-premium)?|azurefile\S*|azuredisk\S*|standard-rwo|premium-rwo|ebs-sc|efs-sc|do-block-storage|linode-block-storage|longhorn|openebs-hostpath|microk8s-hostpath|nfs|nfs-client|ceph-block|rook-ceph-block|csi-hostpath-sc)$/;

function absentClass(
  state: KubernetesState,
  claim: { storageClass: string | null },
): { why: string; sure: boolean } | null {
  const wanted = claim.storageClass;
  if (!wanted) return null;
  const classes = state.others.get('StorageClass') ?? [];
  if (classes.some((one) => one.name === wanted)) return null;
  const sure =
    isMissing(state, 'StorageClass', wanted, null) || isListed(state, 'StorageClass', null) || classes.length > 0;
  if (!sure && !state.desiredOnly) return null;
  const there = classes
    .map((one) => one.name)
    .slice(0, 4)
    .join(', ');
  return {
    why: sure
      ? `its StorageClass ${name(wanted)} does not exist${there ? ` (there is ${there})` : ''}`
      : `its StorageClass ${name(wanted)} is defined nowhere among the objects (storage class not found)`,
    sure,
  };
}

/** Desired state alone: a class that nothing defines, or a volume of other class, mode or size. */
function desiredFault(state: KubernetesState, claim: Claim): Diagnosis[] {
  const volumes = (state.others.get('PersistentVolume') ?? []).filter(
    (volume) => claim.volume === null || volume.name === claim.volume,
  );
  const volumeFault = volumes.map((volume) => mismatch(claim, volume)).find((text) => text !== null);
  if (volumes.length > 0 && volumes.some((volume) => mismatch(claim, volume) === null)) return [];
  if (volumeFault)
    return [
      base(
        state,
        claim,
        'claim-pending',
        `cannot bind because ${volumeFault}`,
        0.8,
        volumes.flatMap(({ evidence }) => evidence),
      ),
    ];
  const absent = absentClass(state, claim);
  if (!absent) return [];
  const common = COMMON_CLASS.test(claim.storageClass ?? '');
  return [
    base(
      state,
      claim,
      'claim-pending',
      `cannot bind and stays Pending because ${absent.why}`,
      common ? 0.4 : absent.sure ? 0.82 : 0.7,
    ),
  ];
}

const claimedBytes = ({ raw }: Claim): number | null =>
  parseKubernetesQuantity(textAt(raw, 'spec', 'resources', 'requests', 'storage') ?? '');

function mismatch(claim: Claim, { raw, name: volume }: Meta): string | null {
  const ofVolume = textAt(raw, 'spec', 'storageClassName') ?? '';
  if (ofVolume !== (claim.storageClass ?? ''))
    return `it asks for StorageClass ${name(claim.storageClass ?? 'none')} and PersistentVolume ${name(volume)} has StorageClass ${name(ofVolume || 'none')} (mismatch)`;
  const modes = Array.isArray((raw.spec as Record<string, unknown>)?.accessModes)
    ? ((raw.spec as Record<string, unknown>).accessModes as unknown[]).map(String)
    : [];
  const [asked, offered] = [
    claimedBytes(claim),
    parseKubernetesQuantity(textAt(raw, 'spec', 'capacity', 'storage') ?? ''),
  ];
  if (asked !== null && offered !== null && asked > offered)
    return `it asks for ${textAt(claim.raw, 'spec', 'resources', 'requests', 'storage')} and PersistentVolume ${name(volume)} has a capacity of ${textAt(raw, 'spec', 'capacity', 'storage')} only (too small)`;
  return claim.accessModes.length > 0 && modes.length > 0 && !claim.accessModes.every((mode) => modes.includes(mode))
    ? `it asks for access mode ${claim.accessModes.join(', ')} and PersistentVolume ${name(volume)} offers ${modes.join(', ')}`
    : null;
}

function base(
  state: KubernetesState,
  claim: Claim,
  kind: string,
  text: string,
  confidence: number,
  evidence: number[] = [],
): Diagnosis {
  const users = usersOf(state, claim);
  const first = users.find(({ kind: one }) => one !== 'Pod') ?? users[0];
  const waiting = users.length > 0 ? [] : waitingFor(state, claim);
  const named = first ? ` of ${called(first)}` : '';
  const [head = '', ...rest] = text.split('. Kubernetes says:');
  const effect = first ? `, so ${first.kind === 'Pod' ? 'the pod' : 'its pods'} cannot start` : '';
  return diagnosis({
    kind,
    class: 'infrastructure',
    statement: `The PersistentVolumeClaim (PVC) ${name(claim.name)}${named} ${head}${effect}${rest.length > 0 ? `. Kubernetes says:${rest.join('. Kubernetes says:')}` : ''}`,
    component: first ? (namesOf(first).at(-1) ?? claim.name) : claim.name,
    namespace: claim.namespace,
    touches: [claim.name, ...users.flatMap(namesOf), ...waiting],
    confidence,
    evidence: [...claim.evidence, ...evidence, ...(first?.evidence ?? [])],
    actions: [
      ...describeAction('pvc', claim.name, claim.namespace, 'See why the claim is not bound'),
      ...listAction('storageclass', null, 'See which storage classes exist', false),
      changeAction(
        'Recreate the claim with a storage class that exists',
        'The class of a claim cannot be changed in place; keep the data of a claim that was ever bound.',
      ),
    ],
    prevention: [
      'Check storage classes of manifests against those of the cluster, and alert on claims that stay Pending.',
    ],
  });
}

/** The pods that wait for a claim to be bound, where only this one can be meant. */
function waitingFor(state: KubernetesState, claim: Claim): string[] {
  const pending = state.claims.filter((one) => one.phase !== 'Bound' && sameNamespace(one.namespace, claim.namespace));
  if (pending.length !== 1) return [];
  const events = state.events.filter(
    ({ message, namespace }) =>
      /unbound (?:immediate )?PersistentVolumeClaims/.test(message) && sameNamespace(namespace, claim.namespace),
  );
  return events.flatMap((event) => [event.name, workloadOf(event.name)]);
}

/** Claim templates of StatefulSets that ask for a class which does not exist. */
function templateClasses(state: KubernetesState): Diagnosis[] {
  return state.workloads.flatMap((workload) =>
    workload.claimTemplates.flatMap((template) => {
      const absent = absentClass(state, template);
      const common = COMMON_CLASS.test(template.storageClass ?? '');
      if (!absent || (common && !absent.sure) || (workload.ready !== null && workload.ready === workload.desired))
        return [];
      return [
        diagnosis({
          kind: 'claim-pending',
          class: 'infrastructure',
          statement: `The volume claim template ${name(template.name)} of ${workload.kind} ${name(workload.name)} cannot be provisioned because ${absent.why}, so its PersistentVolumeClaims (PVC) and pods stay Pending`,
          component: workload.name,
          namespace: workload.namespace,
          touches: [workload.name, template.name],
          confidence: absent.sure ? 0.82 : 0.66,
          evidence: workload.evidence,
          actions: listAction('storageclass', null, 'See which storage classes exist', false),
        }),
      ];
    }),
  );
}
