import { defaultAnswer, promptOf } from '../default-answer.ts';
import { answer, callsSoFar, mayAsk, readable, type SandboxModel, serviceIn, toolCall } from './sandbox-model.ts';

/** Asks one sensible question, and concludes from what the evidence shows. */
export const good: SandboxModel = (request) => {
  if (mayAsk(request) && callsSoFar(request).length === 0)
    return { content: null, toolCalls: [toolCall('logs_query', { service: serviceIn(request), limit: 20 })] };
  return answer(defaultAnswer(request));
};

/** Blames a service that the evidence names but that has nothing to do with it; all else is in order. */
export const wrong: SandboxModel = (request) => {
  const right = defaultAnswer(request) as { rootCause: { component: string | null; evidence: number[] } };
  const own = right.rootCause.component ?? serviceIn(request);
  const others = [...readable(request).matchAll(/\b[a-z]+(?:-[a-z]+)?-(?:service|db|gateway)\b/g)].map(
    ([name]) => name,
  );
  const other = others.find((name) => !name.includes(own) && !own.includes(name)) ?? 'payment-gateway';
  const statement = `${other} is overloaded and slows down everything that calls it`;
  return answer({
    ...right,
    verdict: 'identified',
    class: 'application',
    rootCause: { statement, component: other, confidence: 0.97, evidence: numbersIn(request) },
    hypotheses: [],
  });
};

/** Invents evidence, quantities, hosts and times. */
export const lying: SandboxModel = (request) => {
  const right = defaultAnswer(request);
  const [first = 1] = numbersIn(request);
  return answer({
    ...right,
    verdict: 'identified',
    class: 'infrastructure',
    rootCause: {
      statement: 'Node db-77 lost 73.1 % of its packets since 03:17 UTC, so that 4711 requests failed',
      component: 'db-77',
      confidence: 1,
      evidence: [first, 97],
    },
    hypotheses: [{ statement: '73.1 % of packets lost', standing: 'supported', confidence: 1, evidence: [98] }],
    timeline: [{ at: '2026-01-01T03:17:00Z', what: 'Packets began to vanish', evidence: [first] }],
    metrics: [
      { name: 'Packet loss', value: '73.1 %', evidence: [first] },
      { name: 'Failed requests', value: '4711', evidence: [99] },
    ],
  });
};

/** The numbers of the evidence in the prompt. */
export function numbersIn(request: Parameters<SandboxModel>[0]): number[] {
  return [...promptOf(request).matchAll(/^=== BEGIN EVIDENCE (\d+) /gm)]
    .slice(0, 3)
    .map(([, number]) => Number(number));
}
