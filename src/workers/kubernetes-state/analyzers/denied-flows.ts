import { workloadOf } from '../../detectors/support/names.ts';
import { describeAction, listAction } from '../actions.ts';
import { type Analyzer, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { LogText } from '../kubernetes-state.ts';
import { name, quote } from '../quote.ts';

/** A flow as Hubble prints it: `namespace/pod:port (identity) -> namespace/pod:port (identity) ... DROPPED`. */
const FLOW =
  /([a-z0-9-]{1,63})\/([a-z0-9.-]{1,253}?):\d{1,5} (?:\([^)]{0,40}\) )?(?:->|<>|<-) ([a-z0-9-]{1,63})\/([a-z0-9.-]{1,253}?):(\d{1,5})\b.{0,120}\b(?:DENIED|DROPPED)\b/;
const BY_POLICY = /policy/i;
const MAX_LINES = 2000;

/** Finds paths that the network itself says a policy denies: the flows that the agent of the pod network observed. */
export const deniedFlows: Analyzer = ({ state }) =>
  state.logs.flatMap((log) => {
    const flows = log.lines.slice(-MAX_LINES).flatMap((line) => {
      const match = BY_POLICY.test(line) ? FLOW.exec(line.slice(0, 1000)) : null;
      return match ? [{ line, match }] : [];
    });
    const [first] = [...Map.groupBy(flows, ({ match }) => `${match[2]} ${match[4]}`).values()].sort(
      (left, right) => right.length - left.length,
    );
    const flow = first?.at(-1);
    return flow ? [toDiagnosis(log, flow.line, flow.match)] : [];
  });

function toDiagnosis(log: LogText, line: string, match: RegExpExecArray): Diagnosis {
  const [, from = '', caller = '', to = '', callee = '', port = ''] = match;
  const direction = /EGRESS/i.test(line) ? from : to;
  return diagnosis({
    kind: 'policy-blocks',
    class: 'network',
    statement: `A network policy denies the traffic from ${name(workloadOf(caller))} to ${name(workloadOf(callee))} on port ${port}: the pod network dropped it: ${quote(line, 220)}`,
    component: workloadOf(callee),
    namespace: to,
    touches: [workloadOf(caller), caller, workloadOf(callee), callee],
    confidence: 0.86,
    evidence: [log.evidence],
    actions: [
      ...listAction('networkpolicies', direction, 'See which policies cover both sides and what they allow'),
      ...describeAction('pod', caller, from, 'See the labels of the caller, which policies select by'),
    ],
    prevention: ['Test network policies with the paths that the applications use before they are enforced.'],
  });
}
