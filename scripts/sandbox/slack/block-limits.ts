import { type Checked, fault, isObject } from './block-checks.ts';
import { messageBlock } from './block-rules.ts';
import { countedSize } from './block-size.ts';

const MAX_BLOCKS = 50;
const MAX_SIZE = 13_200;
const MAX_MARKDOWN = 12_000;

/** Slack's refusal of a message's blocks: the error word and `response_metadata.messages`. */
export type BlocksRefusal = {
  error: 'invalid_blocks' | 'msg_blocks_too_long' | 'invalid_blocks_format';
  messages: string[];
};

/**
 * Checks the blocks of one message by Slack's rules, stated here anew and strictly; null when Slack would take them.
 * Sources: docs.slack.dev/reference/block-kit, @slack/types 3, and the measurements named in block-size.ts.
 */
export function validateBlocks(blocks: unknown): BlocksRefusal | null {
  if (!Array.isArray(blocks) || !blocks.every(isObject)) return { error: 'invalid_blocks_format', messages: [] };
  const faults: string[] = [];
  if (blocks.length > MAX_BLOCKS) fault({ at: '/blocks', faults }, `no more than ${MAX_BLOCKS} items allowed`);
  blocks.slice(0, MAX_BLOCKS).forEach((value, index) => {
    messageBlock({ value, at: `/blocks/${index}`, faults });
  });
  checkBlockIds(blocks, faults);
  checkTables(blocks, faults);
  if (faults.length > 0) return { error: 'invalid_blocks', messages: faults };
  return isTooLong(blocks) ? { error: 'msg_blocks_too_long', messages: [] } : null;
}

function checkBlockIds(blocks: Record<string, unknown>[], faults: Checked['faults']): void {
  const seen = new Set<unknown>();
  blocks.forEach(({ block_id: id }, index) => {
    if (typeof id === 'string' && seen.has(id)) fault({ at: `/blocks/${index}/block_id`, faults }, 'must be unique');
    seen.add(id);
  });
}

function checkTables(blocks: Record<string, unknown>[], faults: Checked['faults']): void {
  const tables = blocks.filter(({ type }) => type === 'table');
  if (tables.length > 1) fault({ at: '/blocks', faults }, 'only one table allowed');
}

function isTooLong(blocks: Record<string, unknown>[]): boolean {
  const markdown = blocks.filter(({ type }) => type === 'markdown').map(({ text }) => String(text).length);
  return countedSize(blocks) > MAX_SIZE || markdown.reduce((sum, length) => sum + length, 0) > MAX_MARKDOWN;
}
