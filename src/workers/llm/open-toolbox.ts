import type { LlmLimits } from '../../shared/llm-config.ts';
import type { EvidenceGap } from '../../shared/report.ts';
import type { ChatTool } from './chat-client.ts';
import { estimateTokens } from './fit-evidence.ts';
import { fitTools } from './fit-tools.ts';
import { type ForeignTool, toForeignTools } from './foreign-tools/foreign-tool.ts';
import type { Purse } from './llm-limits.ts';
import type { ReasoningInput } from './reasoner.ts';
import { createToolScope } from './tool-scope.ts';
import { createToolbox, type Toolbox } from './toolbox.ts';

/** What other servers offer in this investigation, listed once: the tools stay the same from the first message to the last. */
export type ForeignOffer = {
  tools: ForeignTool[];
  /** Servers that could not be listed. */
  gaps: EvidenceGap[];
};

const NOTHING: ForeignOffer = { tools: [], gaps: [] };
/** Tools may fill this share of the model's window, since the evidence needs room too, */
const MOST_OF_WINDOW = 0.15;
/** and this share of what the investigation may spend, since they are sent with every message. */
const MOST_OF_PURSE = 0.06;
/** In a smaller window there is no room for tools and their answers, tokens. */
const LEAST_WINDOW = 12_000;

const asksNothing = ({ maxRounds, maxToolCalls }: LlmLimits) => maxRounds === 0 || maxToolCalls === 0;

/** Lists the tools of other servers, unless the model may ask nothing anyway. */
export async function listForeignTools(
  { source }: ReasoningInput,
  limits: LlmLimits,
  signal: AbortSignal,
): Promise<ForeignOffer> {
  if (!source?.offered || asksNothing(limits)) return NOTHING;
  const { tools, gaps } = await source.offered(signal);
  const { tools: fit, unfit } = toForeignTools(tools);
  for (const fields of unfit) source.warn?.('a tool of an MCP server cannot be offered to the LLM', fields);
  return { tools: fit, gaps };
}

/** The toolbox of an investigation with the tools that have room; null where the model may ask nothing, or nothing has room. */
export function openToolbox(
  input: ReasoningInput,
  { tools: foreign }: ForeignOffer,
  limits: LlmLimits,
  { contextTokens, tokens }: Purse,
): Toolbox | null {
  const { source, alerts } = input;
  if (!source || asksNothing(limits) || contextTokens < LEAST_WINDOW) return null;
  const { from = '', to = '' } = source.facts;
  const scope = createToolScope({ alerts, evidence: () => source.known(), from, to, facts: source.facts });
  const room = Math.floor(Math.min(contextTokens * MOST_OF_WINDOW, tokens * MOST_OF_PURSE));
  const toolbox = createToolbox(source, scope, { foreign, choose: (tools) => fitTools(tools, input, room) });
  return toolbox.tools.length > 0 ? toolbox : null;
}

/** Tokens that the tools take in every message. */
export const toolTokens = (tools: ChatTool[]) => (tools.length > 0 ? estimateTokens(JSON.stringify(tools)) : 0);
