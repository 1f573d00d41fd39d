import { sameName, workloadOf } from '../../detectors/support/names.ts';
import { changeAction, describeAction } from '../actions.ts';
import { type Analyzer, type Context, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { KubernetesState, Meta } from '../kubernetes-state.ts';
import { LOGIN_REFUSALS } from '../logs/login-refusals.ts';
import { messageOf } from '../logs/message-of.ts';
import { type Said, saidBy } from '../logs/pod-log.ts';
import { isStore } from '../logs/store-of.ts';
import { writerOf } from '../mentions.ts';
import { name, quote } from '../quote.ts';
import { textAt, textMapAt } from '../raw.ts';
import { ageSeconds } from '../read/ages.ts';
import { refersTo, sameNamespace, templatesOf, workloadName } from '../relations.ts';

/** Finds ConfigMaps and Secrets that were changed, where a program that uses them complains about just that since. */
export const changedConfiguration: Analyzer = (context) => {
  const complaints = complaintsOf(context.state);
  return ['ConfigMap', 'Secret'].flatMap((kind) =>
    (context.state.others.get(kind) ?? [])
      .filter(({ name: own }) => own !== 'kube-root-ca.crt')
      .flatMap((object) =>
        [...edited(context, object, complaints), ...staleUsers(context, object, complaints)].slice(0, 1),
      ),
  );
};

/** What a wrong or old Secret makes programs complain about. */
const OF_SECRETS = new Set([
  'credentials',
  'broker-credentials',
  ...LOGIN_REFUSALS.map(({ name }) => name),
  'user-missing',
  'certificate',
  'certificate-expired',
  'certificate-not-yet-valid',
  'store-demands-tls',
  'client-not-allowed',
]);

type Complaint = { said: Said; owner: string };

/** What programs complain about that may come from what they are configured with. */
const FROM_CONFIGURATION = new Set([
  'credentials',
  'broker-credentials',
  ...LOGIN_REFUSALS.map(({ name }) => name),
  'user-missing',
  'configuration',
  'name-resolution',
  'certificate',
  'certificate-expired',
  'certificate-not-yet-valid',
  'connection-refused',
  'database-schema',
  'database-unreachable',
  'timeout',
  'store-demands-tls',
  'client-not-allowed',
]);

function complaintsOf(state: KubernetesState): Complaint[] {
  const groups = Map.groupBy(
    state.logs.filter(({ command }) => !command),
    (log) => `${log.namespace ?? ''} ${writerOf(log)}`,
  );
  const found = [...groups.values()].flatMap((logs) => {
    const said = saidBy(logs);
    const known = said && FROM_CONFIGURATION.has(said.line.kind?.name ?? '');
    return known ? [{ said, owner: writerOf(said.log) }] : [];
  });
  // A store that refuses a login complains about its clients: theirs is the configuration.
  return found.toSorted((left, right) => Number(isStore(left.owner)) - Number(isStore(right.owner)));
}

/** What became of one key; values of Secrets are null. */
export type Edit = { key: string; old: string | null; now: string | null };

/** How the data differs from what was last applied; values of Secrets are not told. */
export function editOf(object: Meta): Edit | null {
  const applied = appliedData(object.annotations['kubectl.kubernetes.io/last-applied-configuration'] ?? '');
  const live = textMapAt(object.raw, 'data');
  if (!applied || Object.keys(live).length === 0) return null;
  const key = [...new Set([...Object.keys(applied), ...Object.keys(live)])].find((one) => applied[one] !== live[one]);
  if (key === undefined) return null;
  const secret = object.kind === 'Secret';
  return { key, old: secret ? null : (applied[key] ?? null), now: secret ? null : (live[key] ?? null) };
}

function appliedData(text: string): Record<string, string> | null {
  try {
    return textMapAt(JSON.parse(text), 'data');
  } catch {
    return null;
  }
}

/** Changed by hand since it was applied, and a program that uses it complains about the new value. */
function edited(context: Context, object: Meta, complaints: Complaint[]): Diagnosis[] {
  const edit = editOf(object);
  if (!edit) return [];
  const user = complaints.find(
    ({ said, owner }) =>
      sameNamespace(said.log.namespace, object.namespace) &&
      (usedBy(context.state, object, owner) ||
        (edit.now !== null && edit.now.length > 3 && said.line.text.includes(edit.now))),
  );
  const short = (value: string | null) => (value === null || value.length > 60 || value.includes('\n') ? null : value);
  const change =
    short(edit.old) && short(edit.now)
      ? `${name(edit.key)} was ${name(edit.old ?? '')} and is now ${name(edit.now ?? '')}`
      : edit.now === null && object.kind === 'ConfigMap'
        ? `${name(edit.key)} was taken out`
        : `${name(edit.key)} differs`;
  return [
    toDiagnosis(
      object,
      `${object.kind} ${name(object.name)} was changed since it was applied: ${change}`,
      user ? 0.88 : 0.45,
      user ?? null,
    ),
  ];
}

/** Newer than the pods that use it, which therefore still run with what it held before. */
function staleUsers({ state, input }: Context, object: Meta, complaints: Complaint[]): Diagnosis[] {
  const changed = changedSecondsAgo(state, object, input.now);
  if (changed === null) return [];
  const stale = complaints.find(({ said, owner }) => {
    const pods = state.pods.filter(
      (pod) => sameNamespace(pod.namespace, object.namespace) && sameName(workloadName(pod), owner),
    );
    const ages = pods.flatMap((pod) => secondsSince(pod, input.now) ?? []);
    const fits = object.kind !== 'Secret' || OF_SECRETS.has(said.line.kind?.name ?? '');
    return fits && ages.length > 0 && Math.min(...ages) > changed * 1.5 && usedBy(state, object, owner);
  });
  if (!stale) return [];
  const users = state.pods.filter((pod) => sameName(workloadName(pod), stale.owner));
  return [
    toDiagnosis(
      object,
      `${object.kind} ${name(object.name)} was changed (rotated) after the pods of ${name(stale.owner)} were started, which still use what it held before and need a restart`,
      0.86,
      stale,
      users.flatMap(({ evidence }) => evidence),
    ),
  ];
}

/** How old an object is (in seconds), by a table or by the time of its creation; null where nothing tells. */
export function secondsSince({ raw, createdAt }: Meta, now: Date): number | null {
  const told = ageSeconds(textAt(raw, 'metadata', 'age') ?? '');
  const ms = Date.parse(createdAt ?? textAt(raw, 'status', 'startTime') ?? '');
  return told ?? (Number.isNaN(ms) ? null : (now.getTime() - ms) / 1000);
}

const CHANGED = /updat|rotat|renew|sync|reload|chang/i;

/** When it got its present content, by events about it, times in its annotations, or its age; null where nothing tells. */
function changedSecondsAgo(state: KubernetesState, object: Meta, now: Date): number | null {
  const events = state.events.filter(
    (event) =>
      (event.name === object.name || event.message.includes(object.name)) &&
      CHANGED.test(`${event.reason} ${event.message}`) &&
      event.type !== 'Warning',
  );
  const times = Object.entries(object.annotations)
    .filter(([key]) => CHANGED.test(key))
    .map(([, value]) => Date.parse(value))
    .filter((ms) => Number.isFinite(ms));
  const ages = [
    ...events.flatMap(
      ({ ageSeconds: age, lastSeen }) => age ?? (lastSeen ? (now.getTime() - Date.parse(lastSeen)) / 1000 : []),
    ),
    ...times.map((ms) => (now.getTime() - ms) / 1000),
    secondsSince(object, now) ?? -1,
  ].filter((age) => age >= 0);
  return ages.length > 0 ? Math.min(...ages) : null;
}

/** True when the templates of a workload refer to it, or its name holds the workload's. */
function usedBy(state: KubernetesState, object: Meta, owner: string): boolean {
  const refers = templatesOf(state).some(
    ({ owner: has, template }) =>
      sameName(has.kind === 'Pod' ? workloadOf(has.name) : has.name, owner) && refersTo(template, object),
  );
  return refers || object.name.split(/[-.]/).includes(owner.split(/[-.]/)[0] ?? '');
}

function toDiagnosis(
  object: Meta,
  statement: string,
  confidence: number,
  complaint: Complaint | null,
  evidence: number[] = [],
): Diagnosis {
  const kind = complaint?.said.line.kind ?? null;
  return diagnosis({
    kind: 'configuration-changed',
    class: kind?.class ?? 'application',
    statement: complaint
      ? `${statement}. Since then ${name(complaint.owner)} complains that ${kind?.meaning ?? 'something is wrong'}: ${quote(messageOf(complaint.said.line.text), 180)}`
      : statement,
    component: complaint?.owner ?? object.name,
    namespace: object.namespace,
    touches: [object.name, complaint?.owner ?? '', complaint?.said.log.pod ?? ''],
    confidence,
    cause: complaint !== null,
    evidence: [...object.evidence, ...(complaint ? [complaint.said.log.evidence] : []), ...evidence],
    actions: [
      ...describeAction(object.kind, object.name, object.namespace, 'See what it holds now'),
      changeAction(
        'Put the old value back, or restart its users after a wanted change',
        'Restarts the pods that use it.',
      ),
    ],
    prevention: [
      'Keep configuration in version control, and restart its users with every change (a hash of it in the pod template).',
    ],
  });
}
