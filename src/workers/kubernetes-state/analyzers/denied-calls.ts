import { describeAction, listAction } from '../actions.ts';
import { type Analyzer, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { KubernetesState, LogText } from '../kubernetes-state.ts';
import { type AppliedPolicy, appliedPolicies } from '../logs/applied-policies.ts';
import { type DeniedPacket, deniedPackets } from '../logs/denied-packets.ts';
import { nameBook, namedIn, writerOf } from '../mentions.ts';
import { name, quote } from '../quote.ts';
import { sameNamespace, workloadName } from '../relations.ts';

/** How programs tell that somebody did not answer them. */
const UNANSWERED =
  /time[sd]? ?-?out|\bETIMEDOUT\b|deadline exceeded|unreachable|\bEHOSTUNREACH\b|\brefused\b|\bECONNREFUSED\b|operation not permitted|\bEPERM\b/i;
/** The name servers' port: what is denied there shows as names that do not resolve. */
const NAME_PORT = '53';
const MAX_LINES = 3000;

/** Finds calls that time out while the pod network tells, by addresses, that it denies the packets of just these. */
export const deniedCalls: Analyzer = ({ state }) => {
  const packets = deniedPackets(state).filter(({ port }) => port !== NAME_PORT);
  const groups = [...Map.groupBy(packets, ({ to, port }) => `${to} ${port}`).values()];
  return groups.flatMap((own) => toDiagnosis(state, own)).slice(0, 2);
};

type Complaint = { log: LogText; line: string };

/** The last line in which a program misses an answer of the address that packets were denied to, or of whom it belongs to. */
function complaintAbout(state: KubernetesState, { from, to }: DeniedPacket): Complaint | null {
  const book = nameBook(state);
  const [caller, callee] = [book.addresses.get(from), book.addresses.get(to)];
  const logs = state.logs.filter((log) => !log.command && (caller === undefined || writerOf(log) === caller));
  for (const log of logs) {
    const line = log.lines
      .slice(-MAX_LINES)
      .findLast((one) => UNANSWERED.test(one.slice(0, 1500)) && speaksOf(one, to, callee, book));
    if (line !== undefined && writerOf(log) !== callee) return { log, line };
  }
  return null;
}

const speaksOf = (
  line: string,
  address: string,
  callee: string | undefined,
  book: ReturnType<typeof nameBook>,
): boolean =>
  new RegExp(String.raw`(?<![\d.])${address.replaceAll('.', String.raw`\.`)}(?!\d)`).test(line.slice(0, 1500)) ||
  (callee !== undefined && namedIn(line, book).includes(callee));

function toDiagnosis(state: KubernetesState, packets: DeniedPacket[]): Diagnosis[] {
  const packet = packets.at(-1);
  const complaint = packet ? complaintAbout(state, packet) : null;
  if (!packet || !complaint) return [];
  const owner = writerOf(complaint.log);
  const callee = nameBook(state).addresses.get(packet.to);
  const homes = [complaint.log.namespace, homeOf(state, callee ?? ''), homeOf(state, owner)].filter(
    (one) => one !== null,
  );
  const policy = appliedPolicies(state).findLast(({ namespace }) =>
    homes.some((home) => sameNamespace(namespace, home)),
  );
  return [
    described(complaint, packet, { owner, callee: callee ?? packet.to, namespace: homes[0] ?? null }, policy ?? null),
  ];
}

const homeOf = ({ pods }: KubernetesState, owner: string): string | null =>
  pods.find((pod) => workloadName(pod) === owner)?.namespace ?? null;

function described(
  { log, line }: Complaint,
  packet: DeniedPacket,
  { owner, callee, namespace }: { owner: string; callee: string; namespace: string | null },
  policy: AppliedPolicy | null,
): Diagnosis {
  const which = policy ? ` (NetworkPolicy ${name(policy.name)} was applied lately)` : '';
  return diagnosis({
    kind: 'policy-blocks',
    class: 'network',
    statement: `A network policy${which} denies the traffic from ${name(owner)} to ${name(callee)} on port ${packet.port}: the pod network dropped it: ${quote(packet.line, 200)}, and ${name(owner)} gets no answer: ${quote(line, 140)}`,
    component: policy?.name ?? callee,
    namespace,
    touches: [policy?.name ?? '', owner, log.pod ?? '', callee],
    confidence: 0.86,
    evidence: [packet.evidence, log.evidence, ...(policy ? [policy.evidence] : [])],
    actions: policy
      ? describeAction(
          'networkpolicy',
          policy.name,
          policy.namespace ?? namespace,
          'See whom the policy covers and what it allows',
        )
      : listAction('networkpolicies', namespace, 'See which policies cover both sides and what they allow'),
    prevention: ['Test network policies with the paths that the applications use before they are enforced.'],
  });
}
