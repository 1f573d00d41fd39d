import { changeAction, describeAction } from '../actions.ts';
import { type Analyzer, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { KubernetesState, Meta } from '../kubernetes-state.ts';
import { writerOf } from '../mentions.ts';
import { name, quote } from '../quote.ts';
import { recordAt, recordsAt, textAt } from '../raw.ts';

/** Finds ingresses that rewrite the path of requests to one that the service behind them does not know. */
export const pathRewrites: Analyzer = ({ state }) =>
  (state.others.get('Ingress') ?? []).flatMap((ingress) => lostPath(state, ingress)).slice(0, 2);

function lostPath(state: KubernetesState, ingress: Meta): Diagnosis[] {
  const [, target] =
    Object.entries(ingress.annotations).find(([key]) => /\/(?:rewrite-target|app-root|path-rewrite)$/.test(key)) ?? [];
  const route = recordsAt(ingress.raw, 'spec', 'rules')
    .flatMap((rule) => recordsAt(rule, 'http', 'paths'))
    .find((path) => (textAt(path, 'path') ?? '/').length > 1);
  // A target with a capture group keeps what follows the path.
  if (!target || /\$\d/.test(target) || !route) return [];
  const service = textAt(recordAt(route, 'backend'), 'service', 'name');
  const refused = notFound(state, service, target);
  return [
    diagnosis({
      kind: 'ingress-rewrite',
      class: 'network',
      statement: `Ingress ${name(ingress.name)} rewrites the path of every request below ${name(textAt(route, 'path') ?? '')} to ${name(target)} (rewrite-target without a capture group), so ${name(service ?? 'the service')} gets the wrong path${refused ? ` and answers that it does not exist: ${quote(refused.line, 140)}` : ''}`,
      component: ingress.name,
      namespace: ingress.namespace,
      touches: [ingress.name, service ?? ''],
      confidence: refused ? 0.84 : 0.5,
      evidence: [...ingress.evidence, ...(refused ? [refused.evidence] : [])],
      actions: [
        ...describeAction('ingress', ingress.name, ingress.namespace, 'See paths and annotations of the route'),
        changeAction(
          'Keep the rest of the path with a capture group, or drop the rewrite',
          'Changes the paths that the service gets.',
        ),
      ],
      prevention: ['Request a path below the prefix through the ingress after every change of a route.'],
    }),
  ];
}

const NOT_FOUND = /\b404\b|no mapping for|cannot (?:get|post) \/|no route matches|page not found|not ?found/i;

/** A line that tells of a path that is not known, of the service or of whoever routes to it. */
function notFound(
  state: KubernetesState,
  service: string | null,
  target: string,
): { line: string; evidence: number } | null {
  for (const log of state.logs.toSorted(
    (left, right) => Number(writerOf(right) === service) - Number(writerOf(left) === service),
  )) {
    const own = service !== null && (writerOf(log) === service || log.lines.some((line) => line.includes(service)));
    const line =
      own && log.lines.slice(-2000).findLast((one) => NOT_FOUND.test(one.slice(0, 600)) && one.includes(target));
    if (line) return { line: line.trim(), evidence: log.evidence };
  }
  return null;
}
