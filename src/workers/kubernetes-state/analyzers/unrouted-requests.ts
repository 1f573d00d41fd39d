import { listAction } from '../actions.ts';
import { type Analyzer, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { KubernetesState, LogText } from '../kubernetes-state.ts';
import { name, quote } from '../quote.ts';
import { recordsAt, textAt } from '../raw.ts';

/** Finds requests from outside for which no ingress has a rule: the controller's default backend answers them. */
export const unroutedRequests: Analyzer = ({ state }) => state.logs.flatMap((log) => unrouted(state, log)).slice(0, 1);

/** What controllers of ingresses and gateways write, or answer, when no rule fits. */
const NO_RULE =
  /\[upstream-default-backend\]|default backend - 404|\bdefault-backend_?404|\bNR route_not_found\b|no matching (?:route|virtual host|host)/i;
/** Fewer such requests are scanners that try paths. */
const ENOUGH = 2;

function unrouted(state: KubernetesState, log: LogText): Diagnosis[] {
  const lines = log.lines.slice(-4000).filter((line) => NO_RULE.test(line.slice(0, 1200)));
  const line = lines.at(-1);
  if (!line || (lines.length < ENOUGH && !log.command)) return [];
  const rules = (state.others.get('Ingress') ?? []).flatMap((ingress) =>
    recordsAt(ingress.raw, 'spec', 'rules').map((rule) => ({
      ingress,
      host: textAt(rule, 'host'),
      paths: recordsAt(rule, 'http', 'paths').flatMap((path) => textAt(path, 'path') ?? []),
    })),
  );
  const known = rules
    .slice(0, 3)
    .map(({ host, paths }) => `${host ?? '*'}${paths.length > 0 ? ` ${paths.slice(0, 3).join(', ')}` : ''}`)
    .join('; ');
  const [first] = rules;
  return [
    diagnosis({
      kind: 'request-without-rule',
      class: 'network',
      statement: `Requests from outside fit no rule of ${first ? `Ingress ${name(first.ingress.name)}` : 'any Ingress'} (host or path do not match), so the default backend answers 404: ${quote(line, 170)}${known ? `. The rules are for ${name(known)}` : ''}`,
      component: first?.ingress.name ?? 'ingress',
      namespace: first?.ingress.namespace ?? log.namespace,
      touches: [...rules.map(({ ingress }) => ingress.name), log.pod ?? '', log.service ?? ''],
      confidence: first ? 0.8 : 0.66,
      evidence: [log.evidence, ...rules.flatMap(({ ingress }) => ingress.evidence)],
      actions: listAction('ingress', first?.ingress.namespace ?? null, 'See hosts and paths of the rules'),
      prevention: ['Alert on the share of requests that the default backend answers.'],
    }),
  ];
}
