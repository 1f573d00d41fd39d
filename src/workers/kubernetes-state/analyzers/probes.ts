import { changeAction, describeAction } from '../actions.ts';
import { type Analyzer, type Context, DEPTH, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { Container, KubeEvent, KubernetesState, Pod, Probe } from '../kubernetes-state.ts';
import { listenersIn } from '../logs/listeners.ts';
import { logsOfPod } from '../logs/pod-log.ts';
import { name, quote } from '../quote.ts';
import { eventsOf, isNoLongerSaid, workloadName } from '../relations.ts';

/** Finds probes that fail, and says when the probe itself is wrong: a port on which nothing listens, a path that is not there. */
export const probes: Analyzer = (context) => {
  const groups = Map.groupBy(
    context.state.pods.filter((pod) => !pod.deleting),
    (pod) => `${pod.namespace} ${workloadName(pod)}`,
  );
  return [...groups.values()].flatMap((pods) => pods.flatMap((pod) => failing(context, pod)).slice(0, 1));
};

/** An event this old, about a pod that is ready, is over. */
function failing({ state }: Context, pod: Pod): Diagnosis[] {
  const events = eventsOf(state, pod).filter(
    ({ reason, message }) => reason === 'Unhealthy' || /probe (?:failed|errored)/i.test(message),
  );
  const kind = (['startup', 'liveness', 'readiness'] as const).find((one) =>
    events.some(({ message }) => new RegExp(`${one} probe`, 'i').test(message)),
  );
  const event = kind ? events.findLast(({ message }) => new RegExp(`${kind} probe`, 'i').test(message)) : undefined;
  const restarting =
    kind === 'liveness' &&
    ((pod.restarts ?? 0) >= 2 || pod.template.containers.some(({ restarts }) => (restarts ?? 0) >= 2));
  const kills = eventsOf(state, pod).some(
    ({ reason, message }) => reason === 'Killing' && new RegExp(`failed ${kind} probe`, 'i').test(message),
  );
  if (events.length === 0) return killedBlindly(pod);
  if (!event || !kind || (pod.ready === true && !restarting)) return [];
  // Of a pod that no list shows only the events tell, and they have fallen silent.
  if (pod.ready === null && isNoLongerSaid(event)) return [];
  const place = placeOf(pod, kind, event);
  // Of pods that our own server told of, the detector of endpoints says the same.
  if (pod.answered && !place) return [];
  const plain = speaksPlainly(state, pod, event);
  return [toDiagnosis(pod, kind, event, { place, kills, plain, elsewhere: listensElsewhere(state, pod, event) })];
}

/** So many restarts, the last one so many seconds ago, are more than chance. */
const MANY = 3;
const LATELY = 3600;

/** Events are kept for an hour only: a liveness probe against a port that the container does not have explains restarts by itself. */
function killedBlindly(pod: Pod): Diagnosis[] {
  const restarts = Math.max(pod.restarts ?? 0, ...pod.template.containers.map(({ restarts: own }) => own ?? 0));
  if (pod.answered || restarts < MANY || pod.restartedAgo === null || pod.restartedAgo > LATELY) return [];
  return pod.template.containers
    .flatMap((container) => container.probes.map((probe) => ({ container, probe })))
    .filter(({ container, probe }) => probe.kind === 'liveness' && isOnOtherPort(container, probe))
    .slice(0, 1)
    .map(({ container, probe }) =>
      diagnosis({
        kind: 'probe',
        class: 'infrastructure',
        statement: `The liveness probe (${aim(probe)}) of pod ${name(pod.name)} asks port ${probe.port}, but the container listens on port ${portsOf(container)} (probe against the wrong port), and the pod was restarted ${restarts} times`,
        component: workloadName(pod),
        namespace: pod.namespace,
        touches: [workloadName(pod), pod.name],
        confidence: 0.82,
        evidence: pod.evidence,
        actions: [
          ...describeAction('pod', pod.name, pod.namespace, 'See the probes and why the container ended'),
          changeAction('Correct the liveness probe: port, path or times', 'Restarts the pods of the workload.'),
        ],
      }),
    );
}

const portsOf = ({ ports }: Container): string => ports.map(({ port }) => port).join(', ');

const isOnOtherPort = ({ ports }: Container, { port }: Probe): boolean =>
  port !== null && ports.length > 0 && !ports.some((one) => String(one.port) === port || one.name === port);

type Place = { container: Container; probe: Probe } | null;
/** Where the probe stands, and whether the kubelet said that it kills for it. */
type Scene = {
  place: Place;
  kills: boolean;
  /** True where the program says that it was asked in plain HTTP and speaks TLS. */
  plain: boolean;
  /** Where the program says that it listens, while the probe is refused elsewhere. */
  elsewhere: Elsewhere;
};

const PLAIN_HTTP = /HTTP request (?:was sent )?to an HTTPS (?:server|port)|plain HTTP request was sent to HTTPS port/i;
const NO_HTTP = /malformed HTTP response "\\x15|first record does not look like a TLS handshake/;

function speaksPlainly(state: KubernetesState, pod: Pod, { message }: KubeEvent): boolean {
  if (PLAIN_HTTP.test(message) || NO_HTTP.test(message)) return true;
  if (!/statuscode: 400\b/i.test(message)) return false;
  return logsOfPod(state, pod).some(({ lines }) => lines.slice(-500).some((line) => PLAIN_HTTP.test(line)));
}

/** A probe without `scheme: HTTPS` at a port of TLS. */
const SCHEME = 'it speaks plain HTTP to a port where the program speaks TLS (scheme HTTP instead of HTTPS)';

type Elsewhere = { why: string; evidence: number[] } | null;

/** Nothing listens where the probe asks, and the program says in its log that it listens on another port. */
function listensElsewhere(state: KubernetesState, pod: Pod, { message }: KubeEvent): Elsewhere {
  const asked = /:(\d{2,5}):? (?:connect: )?(?:connection refused|connect)/.exec(message)?.[1];
  const logs = logsOfPod(state, pod);
  const ports = [...new Set(listenersIn(logs).map(({ port }) => port))];
  if (!asked || !/refused/i.test(message) || ports.length === 0 || ports.includes(asked)) return null;
  const why = `it asks port ${asked}, but the program says that it listens on port ${ports.slice(0, 3).join(', ')} (probe against the wrong port)`;
  return { why, evidence: logs.map(({ evidence }) => evidence) };
}

function placeOf(pod: Pod, kind: Probe['kind'], { message }: KubeEvent): Place {
  const all = pod.template.containers.flatMap((container) =>
    container.probes.filter((probe) => probe.kind === kind).map((probe) => ({ container, probe })),
  );
  const port = /:(\d{2,5})(?:\/|:|\s|"|$)/.exec(message)?.[1];
  return all.find(({ probe }) => probe.port !== null && probe.port === port) ?? all[0] ?? null;
}

function toDiagnosis(
  pod: Pod,
  kind: Probe['kind'],
  event: KubeEvent,
  { place, kills, plain, elsewhere }: Scene,
): Diagnosis {
  const told = place ? faultOf(place, event.message) : faultInMessage(event.message);
  const found = plain ? SCHEME : (elsewhere?.why ?? told);
  const wrong = found ?? tooLate(kind, kills, event);
  const effect =
    kind === 'readiness'
      ? 'so the pod is not ready and gets no traffic'
      : 'so the kubelet kills and restarts the container';
  const target = place ? ` (${aim(place.probe)})` : '';
  return diagnosis({
    kind: 'probe',
    class: 'infrastructure',
    statement: `The ${kind} probe${target} of pod ${name(pod.name)} fails${wrong ? ` because ${wrong}` : ''}, ${effect}. The kubelet says: ${quote(event.message, 200)}`,
    component: workloadName(pod),
    namespace: pod.namespace,
    touches: [workloadName(pod), pod.name],
    confidence: wrong ? 0.88 : kills ? 0.76 : 0.66,
    cause: wrong !== null || kills,
    depth: wrong ? DEPTH.root : DEPTH.pod,
    evidence: [...pod.evidence, event.evidence, ...(elsewhere?.evidence ?? [])],
    actions: [
      ...describeAction('pod', pod.name, pod.namespace, 'See the probes and their failures'),
      ...(wrong
        ? [changeAction(`Correct the ${kind} probe: port, path or times`, 'Restarts the pods of the workload.')]
        : []),
    ],
    prevention: [
      'Keep the address of probes beside the port that the program listens on, in one value, and test it in the pipeline.',
    ],
  });
}

function aim({ type, port, path }: Probe): string {
  const to = port ? ` port ${port}` : '';
  return `${type === 'http' ? 'HTTP' : type}${to}${path && type === 'http' ? ` path ${path}` : ''}`;
}

/** A program that is killed while it starts was given too little time. */
const tooLate = (kind: Probe['kind'], kills: boolean, { message }: KubeEvent): string | null =>
  kind === 'startup' && kills && /refused|timed? ?out|deadline exceeded/i.test(message)
    ? 'it gives the program less time than it needs to start'
    : null;

/** What the kubelet's words alone tell of a probe that is wrong. */
function faultInMessage(message: string, path: string | null = null): string | null {
  if (/statuscode: 404\b/i.test(message))
    return `the path ${path ?? ''} does not exist there (status code 404: probe against the wrong path)`.replace(
      '  ',
      ' ',
    );
  return /executable file not found|no such file/i.test(message) ? 'its command does not exist in the image' : null;
}

/** Why the probe itself is wrong, null where the program may be at fault. */
function faultOf({ container, probe }: NonNullable<Place>, message: string): string | null {
  if (isOnOtherPort(container, probe))
    return `it asks port ${probe.port}, but the container listens on port ${portsOf(container)} (probe against the wrong port)`;
  const plain = faultInMessage(message, probe.path);
  if (plain) return plain;
  const hasty = (probe.timeoutSeconds ?? 9) <= 1 && /Client\.Timeout|deadline exceeded|timed? ?out/i.test(message);
  if (hasty && probe.kind === 'liveness')
    return `it gives the program only ${probe.timeoutSeconds} s to answer (timeout too short)`;
  const early =
    probe.kind === 'liveness' &&
    /connection refused/i.test(message) &&
    probe.initialDelaySeconds !== null &&
    probe.initialDelaySeconds <= 5 &&
    (probe.failureThreshold ?? 9) <= 3;
  return early
    ? `it starts after ${probe.initialDelaySeconds} s, before the program listens, or asks where nothing listens`
    : null;
}
