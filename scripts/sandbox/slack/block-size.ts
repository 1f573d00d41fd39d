import { isObject } from './block-checks.ts';

/** What Slack adds to a block without one when it keeps it: `"block_id":"Ab1cD",`. */
const BLOCK_ID_COST = 19;
/** `"emoji":true,` and `"verbatim":false,` which Slack adds to text objects that leave them out. */
const TEXT_FLAG_COST: Record<string, [flag: string, cost: number]> = {
  plain_text: ['emoji', 13],
  mrkdwn: ['verbatim', 17],
};
const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

function flagCost(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, entry) => sum + flagCost(entry), 0);
  if (!isObject(value)) return 0;
  const flag = TEXT_FLAG_COST[String(value.type)];
  const own = flag && value[flag[0]] === undefined ? flag[1] : 0;
  return own + flagCost(Object.values(value));
}

/**
 * Characters that Slack counts for the blocks of one message. Slack does not publish how it counts; measured by others
 * (bolt-js issues 2509 and 2867: 13,297 characters of markdown pass alone, 11,341 characters of rich text do not, a header
 * costs about 100 beyond its text), which fits the JSON form that it keeps, with &, < and > as entities.
 */
export function countedSize(blocks: unknown[]): number {
  const kept = JSON.stringify(blocks).replace(/&(?!(amp|lt|gt);)|[<>]/g, (character) => ENTITIES[character]!);
  const withoutId = blocks.filter((block) => isObject(block) && block.block_id === undefined).length;
  return kept.length + withoutId * BLOCK_ID_COST + flagCost(blocks);
}
