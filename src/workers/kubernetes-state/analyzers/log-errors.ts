import { sameName, serviceOfHost } from '../../detectors/support/names.ts';
import { isSaidToBeOver } from '../../detectors/support/said-over.ts';
import { logAction } from '../actions.ts';
import { configuredFor } from '../configured-calls.ts';
import { type Analyzer, type Context, DEPTH, type Diagnosis, diagnosis } from '../diagnosis.ts';
import { isLogOfFinishedTry } from '../finished-tries.ts';
import { isOfFormerLife } from '../former-life.ts';
import { freshPods } from '../fresh-pods.ts';
import type { KubernetesState } from '../kubernetes-state.ts';
import { failureActions } from '../logs/failure-actions.ts';
import { peersOf } from '../logs/peers-of.ts';
import { OF_NODES } from '../logs/platform-failures.ts';
import { type Said, saidBy } from '../logs/pod-log.ts';
import { repeatedFrom } from '../logs/repeated-words.ts';
import { ABOUT_CALLEES, calleeOf, isStore, type Store, storeOf } from '../logs/store-of.ts';
import { isLongOver, isOfOneMoment } from '../long-over.ts';
import { writerOf } from '../mentions.ts';
import { name } from '../quote.ts';
import { namesOf, sameNamespace, templatesOf, workloadName } from '../relations.ts';
import { words } from './crashes.ts';
import { NAME_SERVERS } from './name-servers.ts';

/** What the store does to all its clients. */
const ABOUT_STORES = new Set(['read-only-database', 'connection-limit', 'store-memory', 'store-disk-full']);

/** Of logs that our own server answered, detectors of their own read connections, names, certificates, pools and memory. */
const ONLY_HERE = new Set(
  'read-only-database connection-limit credentials broker-credentials mail-credentials directory-credentials file-server-credentials repository-credentials user-missing store-rights store-demands-tls client-not-allowed store-memory kubernetes-permission disk-full disk-error file-descriptors threads consumer-behind lock database-schema exec-format file-permission configuration mesh-policy address-in-use'.split(
    ' ',
  ),
);

/** True where another detector reads the same line: of its kind, or as the last words of a container that crashes. */
function readElsewhere({ pods }: KubernetesState, { line, log }: Said): boolean {
  if (!log.answered) return false;
  const crashes = pods.some((pod) => pod.name === log.pod && (pod.ready === false || (pod.restarts ?? 0) > 0));
  return log.previous || crashes || !ONLY_HERE.has(line.kind?.name ?? '');
}

type Voice = { said: Said; owner: string; callee: string | null };

/** Finds the decisive error in the logs of every workload, whether or not its pods crash; of a chain of callers, the deepest callee is the suspect. */
export const logErrors: Analyzer = (context) => {
  const { state } = context;
  const asked = /\bwhy\b/.test(context.text);
  const over = isSaidToBeOver(context.text);
  const logs = state.logs.filter(
    (log) =>
      !isOfFormerLife(context, log) &&
      !(over && isOfOneMoment(log)) &&
      (asked || !(isLogOfFinishedTry(state, log) || isLongOver(state, log))),
  );
  const groups = Map.groupBy(logs, (log) => `${log.namespace ?? ''} ${writerOf(log)}`);
  const voices = [...groups.values()].flatMap((own) => {
    const said = saidBy(own);
    if (!said || readElsewhere(state, said)) return [];
    const owner = writerOf(said.log);
    return [{ said, owner, callee: calleeOf(state, said, owner) }];
  });
  return voices.map((voice) => toDiagnosis(context, voice, voices));
};

function toDiagnosis({ state }: Context, voice: Voice, voices: Voice[]): Diagnosis {
  const { said, owner, callee } = voice;
  const { line, log } = said;
  const kind = line.kind;
  const peers = peersOf(state, said);
  const store =
    kind?.class === 'database' && !callee
      ? (storeOf(state, owner, log.namespace, `${line.text} ${line.also ?? ''}`) ?? sayingTheSame(voices, said, owner))
      : null;
  // A callee that complains about its own callee, or whose store is ill, is a link of the chain, not its end.
  const below = callee === null ? [] : illStores(state, callee, log.namespace, voices);
  const deeper =
    below.length > 0 ||
    (callee !== null &&
      voices.some(
        (other) =>
          other.owner.toLowerCase() === callee.toLowerCase() && (other.callee !== null || other.said.line.level >= 0.6),
      )) ||
    (store !== null && voices.some((other) => other.owner === store.name && tellsMore(other, said)));
  const ofNode = OF_NODES.has(kind?.name ?? '');
  const callers = callee === null ? 1 : voices.filter((other) => other.callee === callee).length;
  // What a callee suffers from itself explains that it does not answer.
  const symptom = deeper || (ABOUT_CALLEES.has(kind?.name ?? '') && (callee ?? store) !== null);
  // An error that says nothing of its kind is what the trouble of a callee looks like from here.
  const source = callee === null && OF_ANYBODY.has(kind?.name ?? '') ? repeatedFrom(state, voice, voices) : null;
  const vague =
    source !== null ||
    (kind === null && calleeTells(state, { owner, namespace: log.namespace }, voices)) ||
    passesOn(said, owner, voices) ||
    isFeltOnly(state, voice, voices);
  // What a store writes of a kind that is not known is its own trouble all the same.
  const ofStore = kind === null && isStore(owner);
  // Errors of the program itself came with its last rollout, where there was one.
  const fresh =
    (kind?.class ?? 'application') === 'application' && !ofStore ? freshPods(state, owner, log.namespace) : null;
  const at = ABOUT_STORES.has(kind?.name ?? '') ? (store?.name ?? owner) : (callee ?? (owner || hostOfUrl(line.text)));
  return diagnosis({
    kind: kind ? `log-${kind.name}` : 'log-error',
    class: kind?.class ?? (ofStore ? 'database' : 'application'),
    statement: `${begin(said, owner, callee)}${kind ? `that ${kind.meaning}` : `an ${ofStore ? 'error of the store' : 'application error'}`}${store ? ` (${name(store.name)})` : ''}${line.count >= 3 ? ', again and again' : ''}: ${words(said)}${fresh?.clause ?? ''}`,
    component: at,
    namespace: (isSharedProxy(owner) && homeOf(state, [callee ?? '', ...peers])) || log.namespace,
    touches: [
      owner,
      log.pod ?? '',
      callee ?? source ?? '',
      store?.name ?? '',
      ...below,
      ...peers,
      ...(ofNode ? guestsOf(state, owner) : []),
      ...(kind?.name === 'name-resolution' ? NAME_SERVERS : []),
    ],
    // Two callers that see the same make it sure that it is not the caller.
    confidence: Math.min(0.85, confidenceOf(said) + (callers > 1 ? 0.05 : 0)) - (deeper || vague ? 0.2 : 0),
    cause: line.level >= 0.6 && !deeper && !vague,
    depth: symptom || vague ? DEPTH.service : ofNode ? DEPTH.root : DEPTH.pod,
    evidence: [log.evidence, ...(store?.evidence ?? []), ...(fresh?.evidence ?? [])],
    actions: [
      ...(log.pod ? logAction(log.pod, log.namespace, log.container, log.previous) : []),
      ...failureActions(
        kind?.name ?? null,
        { owner, pod: log.pod, namespace: log.namespace, peer: callee ?? store?.name ?? null },
        state,
      ),
    ],
    prevention: ['Alert on the rate of error lines per service, so that such an error is seen before users see it.'],
  });
}

/** True for a call that was given up without a word about whom it was for, while somebody else names a callee of his that does not answer him. */
const isFeltOnly = (state: KubernetesState, { said, owner, callee }: Voice, voices: Voice[]): boolean =>
  said.line.kind?.name === 'timeout' &&
  callee === null &&
  voices.some(
    ({ said: other, owner: writer, callee: named }) =>
      writer !== owner &&
      !other.line.past &&
      other.line.level >= 0.6 &&
      sameNamespace(other.log.namespace, said.log.namespace) &&
      (named ?? storeOf(state, writer, other.log.namespace, other.line.text)?.name ?? owner) !== owner &&
      (ABOUT_CALLEES.has(other.line.kind?.name ?? '') || other.line.kind?.class === 'database'),
  );

/** Kinds (and none) whose line may be what somebody else said first. */
const OF_ANYBODY = new Set(['', ...ABOUT_CALLEES, 'server-error', 'callee-refuses', 'program-fault']);

/** The pods on a node, and their workloads. */
const guestsOf = ({ pods }: KubernetesState, node: string): string[] =>
  pods.filter((pod) => pod.node === node).flatMap((pod) => [pod.name, workloadName(pod)]);

/** Proxies that stand before everybody have a namespace of their own: what they complain about is at home elsewhere. */
const isSharedProxy = (owner: string): boolean => /ingress|gateway|traefik|haproxy|envoy|nginx|router/i.test(owner);

function homeOf(state: KubernetesState, names: string[]): string | null {
  const objects = [...state.services, ...state.workloads, ...state.pods, ...(state.others.get('Ingress') ?? [])];
  return objects.find(({ name: own, namespace }) => namespace !== null && names.includes(own))?.namespace ?? null;
}

/** How proxies write that an answer is the one of whom they passed the request on to. */
const OF_UPSTREAM = /\bvia_upstream\b|\b(?:upstream\w*|up)["']?[=:] ?["']?[\w.-]/i;

/** True for a proxy's line about an answer that was not its own, while another program tells of an error itself. */
const passesOn = ({ line }: Said, owner: string, voices: Voice[]): boolean =>
  (line.kind === null || line.kind.name === 'server-error') &&
  OF_UPSTREAM.test(line.text) &&
  voices.some(({ owner: other, said }) => other !== owner && said.line.level >= 0.6 && !said.line.past);

/** The only store whose own log tells of the same trouble: it is its. */
function sayingTheSame(voices: Voice[], { line, log }: Said, owner: string): Store | null {
  const stores = voices.filter(
    (other) =>
      other.owner !== owner &&
      isStore(other.owner) &&
      !isStore(owner) &&
      other.said.line.kind?.name === line.kind?.name &&
      sameNamespace(other.said.log.namespace, log.namespace),
  );
  const [store] = stores;
  return store && stores.length === 1 ? { name: store.owner, evidence: [store.said.log.evidence] } : null;
}

/** A store that refuses a login tells in its own log what the client is not told; what it says of the same trouble stands nearer to its cause. */
function tellsMore({ said }: Voice, client: Said): boolean {
  const [own, seen] = [said.line.kind?.name ?? '', client.line.kind?.name ?? ''];
  if (said.line.past || own === '') return false;
  return own === seen || (seen === 'credentials' && /^(?:user-missing|store-rights|password-expired)$/.test(own));
}

/**
 * The stores that a callee is configured to use and that tell of a trouble of their own; where nothing shows what it is configured to use, the only
 * ill store beside it.
 */
function illStores(state: KubernetesState, callee: string, namespace: string | null, voices: Voice[]): string[] {
  const ill = voices.filter(({ said: { line } }) => line.kind?.class === 'database' && !line.past);
  const known = templatesOf(state).some(({ owner }) => namesOf(owner).some((one) => sameName(one, callee)));
  if (known) {
    const used = configuredFor(state, callee, namespace);
    return ill.filter(({ owner }) => used.has(owner)).map(({ owner }) => owner);
  }
  const beside = ill.filter(({ owner, said: { log } }) => isStore(owner) && sameNamespace(log.namespace, namespace));
  return beside.length === 1 ? beside.map(({ owner }) => owner) : [];
}

/** True where a service that the owner is configured to use tells itself of a trouble of a known kind. */
function calleeTells(
  state: KubernetesState,
  { owner, namespace }: { owner: string; namespace: string | null },
  voices: Voice[],
): boolean {
  const used = configuredFor(state, owner, namespace);
  return voices.some(({ said: { line }, owner: other }) => used.has(other) && line.kind !== null && !line.past);
}

function begin({ log }: Said, owner: string, callee: string | null): string {
  if (callee) return `Calls${owner ? ` of ${name(owner)}` : ''} to ${name(callee)} fail: the log shows `;
  return `${owner ? `The log of ${name(log.pod ?? owner)}` : 'The log'} shows `;
}

/** What a caller sees of a trouble that lies elsewhere, or may mean much: such a line alone makes no cause certain. */
const SYMPTOMS = new Set([
  ...ABOUT_CALLEES,
  'name-resolution',
  'server-error',
  'file-permission',
  'configuration',
  'program-fault',
]);
const MOST_OF_SYMPTOM = 0.74;

/** What was said once and long ago is at most a lead. */
const MOST_OF_PAST = 0.25;

/** How stores refuse a row that does not fit: rarely, that is what constraints are for. */
const REFUSED_ROW =
  /duplicate key value violates|violates (?:unique|foreign key|check|not-null|exclusion) constraint|Duplicate entry '|\bE11000\b|UNIQUE constraint failed/i;
const RARELY = 2;

function confidenceOf({ line }: Said): number {
  if (line.past || (line.count <= RARELY && REFUSED_ROW.test(line.text))) return MOST_OF_PAST;
  if (line.level < 0.6 && !line.kind) return 0.4;
  const known = line.kind ? 0.1 * line.kind.weight : 0;
  // An error that comes of a setting whose absence the program itself tells of has its cause in that.
  const explained = line.setting !== null && line.level >= 0.85;
  const most = line.kind === null || (SYMPTOMS.has(line.kind.name) && !explained) ? MOST_OF_SYMPTOM : 1;
  return Number(Math.min(most, 0.5 + 0.2 * line.level + known + (line.count >= 3 ? 0.03 : 0)).toFixed(2));
}

/** The service behind the URL of a line, for complaints of nobody in particular. */
const hostOfUrl = (text: string): string =>
  serviceOfHost(/https?:\/\/([a-z][\w.-]*)/i.exec(text)?.[1] ?? '')?.service ?? '';
