import { changeAction, describeAction, listAction } from '../actions.ts';
import { type Analyzer, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { KubernetesState, LogText } from '../kubernetes-state.ts';
import { type AppliedPolicy, appliedPolicies } from '../logs/applied-policies.ts';
import { type DeniedPacket, deniedPackets } from '../logs/denied-packets.ts';
import { lineTime } from '../logs/line-time.ts';
import { nameBook, writerOf } from '../mentions.ts';
import { name, quote } from '../quote.ts';
import { sameNamespace } from '../relations.ts';

/** How clients write that no name server answered them; one that answers that there is no such name was reached. */
const NO_NAME_SERVER =
  /\blookup \S{1,253}[^\n]{0,160}(?:i\/o timeout|operation not permitted)|Temporary failure in name resolution|\bEAI_AGAIN\b|no servers could be reached|(?:DNS|resolv\w{1,5}|lookup)[^\n]{0,60}(?:timed? ?out|timeout)|Resolving timed out|Try again$/i;
const NAME_PORT = '53';
const MAX_LINES = 3000;

/** Clocks of two programs differ by less than this, and so long after a change (in ms) what it breaks has shown. */
const CLOCKS = 60_000;
const SHOWS_WITHIN = 3_600_000;

/**
 * Finds a network policy that was created or changed right before the programs of its namespace stopped reaching the name servers,
 * and packets to name servers of which the pod network itself says that it denied them.
 */
export const policyChanges: Analyzer = ({ state }) => {
  const mute = state.logs.flatMap((log) => silenceOf(log));
  if (mute.length === 0) return [];
  const packets = deniedPackets(state).filter(({ port, from }) => port === NAME_PORT && isOf(state, from, mute));
  const policy = appliedPolicies(state).findLast((one) => isBefore(one, mute, packets, state));
  const denied = packets.at(-1) ?? null;
  return policy || denied ? [toDiagnosis(state, mute, policy ?? null, denied)] : [];
};

/** True for the address of a program that misses names, or of nobody that is known. */
function isOf(state: KubernetesState, address: string, mute: Silence[]): boolean {
  const known = nameBook(state).addresses.get(address);
  return known === undefined || mute.some(({ owner }) => owner === known);
}

/** What a program wrote of names that nobody resolved for it. */
type Silence = { owner: string; log: LogText; line: string; since: number | null };

function silenceOf(log: LogText): Silence[] {
  if (log.command) return [];
  const lines = log.lines.slice(-MAX_LINES).filter((line) => NO_NAME_SERVER.test(line.slice(0, 1500)));
  const [line] = lines;
  if (line === undefined || writerOf(log) === '') return [];
  const times = lines.flatMap((one) => lineTime(one) ?? []);
  return [{ owner: writerOf(log), log, line, since: times.length > 0 ? Math.min(...times) : null }];
}

/** True for a change of the namespace where names are missed, before the first of them was; where no time tells, denied packets have to. */
function isBefore(
  { namespace, at }: AppliedPolicy,
  mute: Silence[],
  packets: DeniedPacket[],
  state: KubernetesState,
): boolean {
  const own = mute.filter(({ log, owner }) => sameNamespace(namespace, log.namespace ?? homeOf(state, owner)));
  if (own.length === 0) return false;
  const began = own.flatMap(({ since }) => since ?? []);
  if (at === null || began.length === 0) return packets.length > 0;
  const first = Math.min(...began);
  return first >= at - CLOCKS && first - at <= SHOWS_WITHIN;
}

const homeOf = ({ workloads, pods }: KubernetesState, owner: string): string | null =>
  [...workloads, ...pods].find((one) => one.name === owner)?.namespace ?? null;

function toDiagnosis(
  state: KubernetesState,
  mute: Silence[],
  policy: AppliedPolicy | null,
  denied: DeniedPacket | null,
): Diagnosis {
  const own = mute.filter(
    ({ log, owner }) => !policy || sameNamespace(policy.namespace, log.namespace ?? homeOf(state, owner)),
  );
  const owners = [...new Set(own.map(({ owner }) => owner))];
  const namespace = policy?.namespace ?? own[0]?.log.namespace ?? null;
  const caller = denied ? nameBook(state).addresses.get(denied.from) : undefined;
  const who = owners.slice(0, 3).map(name).join(', ');
  const what = policy
    ? `NetworkPolicy ${name(policy.name)} (network policy) leaves no egress to the name servers: since it was applied (${quote(policy.said, 160)})`
    : `A network policy denies the egress to the name servers (port ${NAME_PORT}):`;
  const seen = denied
    ? `; the pod network denied such a packet: ${quote(denied.line, 200)}`
    : `: ${quote(own[0]?.line ?? '', 160)}`;
  return diagnosis({
    kind: 'policy-blocks-dns',
    class: 'network',
    statement: `${what} the lookups of names (DNS) by ${who} get no answer${seen}`,
    component: policy?.name ?? owners[0] ?? '',
    namespace,
    touches: [policy?.name ?? '', caller ?? '', ...owners, ...own.flatMap(({ log }) => log.pod ?? [])],
    confidence: policy && denied ? 0.9 : denied ? 0.84 : 0.78,
    evidence: [
      ...own.map(({ log }) => log.evidence),
      ...(policy ? [policy.evidence] : []),
      ...(denied ? [denied.evidence] : []),
    ],
    actions: [
      ...(policy
        ? describeAction('networkpolicy', policy.name, namespace, 'See whom the policy covers and what it allows')
        : listAction('networkpolicies', namespace, 'See which policies cover the callers and what they allow')),
      changeAction(
        'Allow egress to the name servers (UDP and TCP 53) in the policy',
        'Opens a path from the pods that it covers to the name servers.',
      ),
    ],
    prevention: ['Let every policy that limits egress allow DNS, and test it before it is enforced.'],
  });
}
