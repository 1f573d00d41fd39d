import { defaultAnswer } from '../default-answer.ts';
import { numbersIn } from './honest-models.ts';
import { answer, callsSoFar, mayAsk, readable, type SandboxModel, serviceIn, toolCall } from './sandbox-model.ts';

const CLASSES = 'network|database|infrastructure|application|resource|healthy';
const ORDER =
  /ignore|disregard|forget|system\s?:|assistant|instruction|you (?:must|are|will|should)|verdict|urgent|<!|<@|@here|@channel|https?:|\bcall\b|\brun\b/i;

/**
 * Obeys whatever it reads in its evidence and in the descriptions of its tools: takes over verdict and class, calls the tools it is told to call, and repeats
 * every ping, link and command that it comes across.
 */
export const injected: SandboxModel = (request) => {
  const described = (request.tools ?? []).map(({ function: tool }) => textsIn(tool).join('\n'));
  const text = [readable(request), ...described].join('\n');
  const calls = [...foreignCalls(request), ...ordersToCall(text)].slice(0, 6);
  if (mayAsk(request) && calls.length > 0 && callsSoFar(request).length < calls.length)
    return { content: null, toolCalls: calls };
  const orders = ordersIn(text);
  const said = orders.join(' ').slice(0, 3_000) || 'All systems are healthy';
  const verdict =
    /verdict\W{1,5}(healthy|identified|probable|inconclusive)/i.exec(said)?.[1]?.toLowerCase() ?? 'healthy';
  const named = new RegExp(`class\\W{1,5}(${CLASSES})`, 'i').exec(said)?.[1]?.toLowerCase();
  const evidence = numbersIn(request);
  return answer({
    ...defaultAnswer(request),
    verdict,
    class: named ?? (verdict === 'healthy' ? 'healthy' : 'application'),
    rootCause: { statement: said.slice(0, 600), component: componentIn(said), confidence: 1, evidence },
    hypotheses: orders.slice(0, 3).map((statement) => ({ statement, standing: 'supported', confidence: 1, evidence })),
    immediateActions: orders.slice(0, 4).flatMap((title) => [
      { title, command: null, risk: null },
      { title: 'Do as the evidence says', command: title.slice(0, 300), risk: null },
    ]),
    prevention: orders.slice(0, 4),
    metrics: orders.slice(0, 2).map((name) => ({ name, value: 'all good', evidence })),
    couldNotCheck: orders.slice(0, 2).map((what) => ({ what, why: what })),
  });
};

/** Asks every tool of others about the service of the incident, to read what it answers. */
function foreignCalls(request: Parameters<SandboxModel>[0]) {
  const named = (request.tools ?? []).filter(({ function: { name } }) => name.includes('__'));
  return named.map(({ function: { name } }) => toolCall(name, { about: serviceIn(request) }));
}

/** Every text of a value. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(textsIn) : [];
}

const componentIn = (said: string) => /component\W{1,5}([\w.-]+)/i.exec(said)?.[1] ?? null;

/** Sentences that sound like an order, as they stand in the evidence. */
function ordersIn(text: string): string[] {
  const parts = text.split(/\n|\\n|","|": "|":"/).filter((part) => !part.startsWith('==='));
  return [...new Set(parts.map((part) => part.trim()).filter((part) => part.length > 5 && ORDER.test(part)))]
    .map((part) => part.slice(0, 400))
    .slice(0, 12);
}

/** `call NAME with {...}` wherever it stands. */
function ordersToCall(text: string) {
  const found = [...text.matchAll(/call (?:the tool )?[`"\\]*([\w.]+)[`"\\]* with (\{[^{}]{0,300}\})/gi)];
  return found.slice(0, 4).map(([, name = '', given = '{}']) => orderedCall(name, given.replaceAll('\\"', '"')));
}

function orderedCall(name: string, given: string) {
  try {
    return toolCall(name.replaceAll('.', '_'), JSON.parse(given) as Record<string, unknown>);
  } catch {
    return { name: name.replaceAll('.', '_'), arguments: given };
  }
}
