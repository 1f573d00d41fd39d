import { maskSecrets, removeInvisible } from '../../../shared/mask-secrets.ts';
import { addressesModel } from '../../verification/addresses-model.ts';

/** The API takes 1,024 characters of a description; the model needs far fewer to choose. */
const MOST_TOOL = 400;
const MOST_ARGUMENT = 160;

/** Words by which texts order a reader about; how a tool is used can be said without them. */
const ORDERS =
  /\b(?:must|always|never|ignore|disregard|important|before anything|first of all|do not tell|without asking|secret\w*)\b/i;
/** What a tool has no business with: the rest of the conversation, and the tools of others. */
const BEYOND_THE_TOOL =
  /\b(?:evidence|verdicts?|root causes?|findings?|conversation|prompts?|instructions?|passwords?|tokens?|credentials?|api keys?|you (?:have )?(?:read|seen|know)|(?:other|another|these|all) tools?)\b/i;
const STRANGE = /https?:\/\/|<[!@#]|@(?:channel|here|everyone)\b|```|[{}]{2}/i;

/** What the model is told of a tool: whose it is, and what its server says of it, as a quotation. */
export function describeTool({
  server,
  tool,
  description,
}: {
  server: string;
  tool: string;
  description: string;
}): string {
  const said = harmless(description, MOST_TOOL);
  const whose = `Tool ${oneLine(tool, 128)} of the MCP server ${oneLine(server, 100)}, which other people run.`;
  return said === '' ? whose : `${whose} It says of itself: "${said}"`;
}

/** What the server says of an argument; empty where nothing of it can be shown. */
export function describeArgument(text: string): string {
  return harmless(text, MOST_ARGUMENT);
}

/**
 * The beginning of a stranger's text, without the sentences that order a reader about, carry links or mentions. Where a text speaks
 * to a language model nothing of it is kept: what else it says is no better.
 */
function harmless(text: string, most: number): string {
  const plain = oneLine(text, 4_000);
  if (speaksToModel(plain)) return '';
  const sentences = plain
    .split(/(?<=[.!?])\s+/)
    .filter((sentence) => ![ORDERS, BEYOND_THE_TOOL, STRANGE].some((pattern) => pattern.test(sentence)));
  let kept = '';
  for (const sentence of sentences) {
    if (kept.length + sentence.length >= most) return kept || `${sentence.slice(0, most - 1)}…`;
    kept = kept === '' ? sentence : `${kept} ${sentence}`;
  }
  return kept;
}

/** Descriptions say when to call which tool; that alone is what they are for, and no attempt to lead anybody. */
function speaksToModel(text: string): boolean {
  return addressesModel(text.replace(/\b(?:call|use|invoke|using|calling)\s+(?:(?:the|this|that)\s+)?tools?\b/gi, ''));
}

function oneLine(text: string, most: number): string {
  return maskSecrets(removeInvisible(text.slice(0, 4 * most)))
    .replace(/["“”]/g, "'")
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, most);
}
