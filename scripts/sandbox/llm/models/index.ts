import { defaultAnswer } from '../default-answer.ts';
import { brokenArguments, curious, hungry, looping, stubborn, unknownTool } from './asking-models.ts';
import { good, lying, wrong } from './honest-models.ts';
import { injected } from './injected-model.ts';
import type { SandboxModel } from './sandbox-model.ts';

/** The simulated models by name: what a real one may do, at its best and at its worst. */
export const MODELS = {
  good,
  wrong,
  lying,
  injected,
  looping,
  hungry,
  stubborn,
  curious,
  'unknown-tool': unknownTool,
  'broken-arguments': brokenArguments,
  garbage: () => ({ kind: 'garbage' }),
  'cut-json': () => ({ kind: 'length' }),
  'wrong-schema': () => ({ kind: 'wrong_schema' }),
  slow: () => ({ kind: 'hang' }),
  refusing: () => ({ kind: 'refusal' }),
  'rate-limited': () => ({ kind: 'rate_limited', retryAfterSeconds: 1 }),
  'without-usage': (request) => ({ content: JSON.stringify(defaultAnswer(request)), withoutUsage: true }),
  'small-window': (request) =>
    JSON.stringify(request).length > 24_000
      ? {
          kind: 'status',
          status: 400,
          code: 'context_length_exceeded',
          message: "This model's maximum context length is 6000 tokens",
        }
      : { content: JSON.stringify(defaultAnswer(request)) },
} satisfies Record<string, SandboxModel>;

export type ModelName = keyof typeof MODELS;
