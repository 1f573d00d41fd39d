import type { PoolAgent } from '../../shared/agents/load-agents.ts';
import type { Alert } from '../../shared/alert.ts';
import type { Finding } from '../../shared/report.ts';
import type { ChatTool } from './chat-client.ts';
import { estimateTokens } from './fit-evidence.ts';
import { capabilityAlias } from './offered-tools.ts';

/** What an investigation is about, as far as it makes one tool more useful than another. */
export type Topic = { agent: PoolAgent; alerts: Alert[]; findings: Finding[] };

/** The API takes no more functions in one request. */
const MOST_TOOLS = 128;
/** What the agent's own plan asks is worth this many words in common. */
const IN_PLAN = 5;
const OF_FINDINGS = 2;
const MOST_FINDINGS = 3;

/**
 * The tools that have room in so many tokens: all of them by name where they fit. Where not, those go first that the agent's own plan
 * asks, then by the words that name and description share with the likeliest findings and the alert (twice) and with the agent's own
 * description (once); a tool that is too large makes room for smaller ones. They stand in the order that the agent alone gives, whatever
 * the alert: what alerts choose differently stands last, and the beginning of the prompt stays the same as far as can be.
 */
export function fitTools(tools: ChatTool[], topic: Topic, room: number): ChatTool[] {
  const byName = (left: ChatTool, right: ChatTool) => (left.name < right.name ? -1 : 1);
  const sizes = new Map(tools.map((tool) => [tool, estimateTokens(JSON.stringify(tool))]));
  const whole = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  if (whole <= room && tools.length <= MOST_TOOLS) return [...tools].sort(byName);
  const relevance = relevanceOf(tools, topic);
  const always = relevanceOf(tools, { ...topic, alerts: [], findings: [] });
  const by = (points: Map<ChatTool, number>) => (a: ChatTool, b: ChatTool) =>
    points.get(b)! - points.get(a)! || byName(a, b);
  const ranked = [...tools].sort(by(relevance));
  const kept: ChatTool[] = [];
  let left = room;
  for (const tool of ranked) {
    if (kept.length === MOST_TOOLS || sizes.get(tool)! > left) continue;
    kept.push(tool);
    left -= sizes.get(tool)!;
  }
  return kept.sort(by(always));
}

function relevanceOf(tools: ChatTool[], { agent, alerts, findings }: Topic): Map<ChatTool, number> {
  const planned = new Set(agent.pool.evidence.map(({ capability }) => capabilityAlias(capability)));
  const known = findings.slice(0, MOST_FINDINGS);
  const told = [
    ...known.flatMap(({ detector, class: kind, statement }) => [detector, kind, statement]),
    ...alerts.slice(0, MOST_FINDINGS).flatMap(({ name, title }) => [name, title]),
  ];
  const hot = wordsOf(told.join(' '));
  const agentWords = wordsOf(`${agent.title} ${agent.class} ${agent.pool.prompt}`);
  return new Map(
    tools.map((tool) => {
      const words = [...wordsOf(`${tool.name} ${tool.description}`)];
      const shared = words.filter((word) => agentWords.has(word)).length;
      const burning = words.filter((word) => hot.has(word)).length;
      return [tool, (planned.has(tool.name) ? IN_PLAN : 0) + OF_FINDINGS * burning + shared];
    }),
  );
}

const COMMON = new Set(
  'the and for with from that this which are was has have not its into per than then when where what who how all any only other people run tool server mcp say itself used use using one two list get show return read data'.split(
    ' ',
  ),
);

/** The words of a text, each once, without endings of the plural and without those that every text has. */
function wordsOf(text: string): Set<string> {
  const words =
    text
      .replace(/([a-z])([A-Z])/g, '$1 $2')
      .toLowerCase()
      .match(/[a-z]{3,40}/g) ?? [];
  return new Set(words.map((word) => word.replace(/(?<=\w{3})s$/, '')).filter((word) => !COMMON.has(word)));
}
