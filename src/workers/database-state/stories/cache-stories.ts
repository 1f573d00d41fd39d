import { numberIn, settingIn } from '../../kubernetes-state/logs/answer-rows.ts';
import { keySpace } from '../../kubernetes-state/logs/key-space.ts';
import type { PrintedAnswer } from '../printed/printed-answers.ts';
import type { StoryTeller } from '../story.ts';
import { isFelt, noActions } from './story-parts.ts';

/** From this share of its limit on a store makes room. */
const FULL = 0.95;
/** A key space in which so large a share of the keys never expires is filled up by them. */
const FOREVER = 0.3;
/** Words of those who miss what they had stored. */
const MISSED =
  /log(?:ged|s|in)?[ -]?(?:out|off)|sign(?:ed)?[ -]?out|sessions?\b|carts?\b|baskets?\b|vanish\w*|disappear\w*|\blos[et]\w*|missing|gone|empty|forg[eo]t/;

/** Keys that never expire push those out that should live. */
export const evictedByForever: StoryTeller = ({ printed }, { server, text }) => {
  const info = printed.answers.find((answer) => evictsOthers(answer));
  if (!info || !(isFelt(text) || MISSED.test(text))) return null;
  const space = keySpace(info.text);
  const prefix = commonPrefix(printed.answers);
  const where = info.server || server;
  const used = settingIn(info.text, 'used_memory');
  return {
    kind: 'evictions',
    score: 0.9,
    server: where,
    text: `The store ${where} (Redis) throws away keys that are still needed (evictions): its memory is full (used_memory ${used}, maxmemory ${settingIn(info.text, 'maxmemory')}, ${settingIn(info.text, 'maxmemory_policy')}, evicted_keys ${settingIn(info.text, 'evicted_keys')}), filled by keys without an expiry (TTL): ${space?.shown}${prefix ? `; most keys begin with ${prefix.name} (${prefix.count})` : ''}`,
    brief: 'the store evicts keys since its memory is full',
    evidence: [info.evidence, ...(prefix ? [prefix.evidence] : [])],
    actions: noActions,
  };
};

function evictsOthers({ text }: PrintedAnswer): boolean {
  const space = keySpace(text);
  const full = numberIn(text, 'used_memory') >= FULL * numberIn(text, 'maxmemory') && numberIn(text, 'maxmemory') > 0;
  const any = /^allkeys-/.test(settingIn(text, 'maxmemory_policy') ?? '');
  return (
    full &&
    any &&
    numberIn(text, 'evicted_keys') > 0 &&
    space !== null &&
    space.expires > 0 &&
    space.keys - space.expires >= FOREVER * space.keys
  );
}

/** The first part of the names of most keys, where somebody counted them. */
function commonPrefix(answers: PrintedAnswer[]): { name: string; count: string; evidence: number } | null {
  for (const { command, text, evidence } of answers) {
    if (!/--scan|\bkeys\b/i.test(command) || !/uniq -c/.test(command)) continue;
    const counted = [...text.matchAll(/^\s*(\d+)\s+([\w.-]{1,60})\s*$/gm)];
    const [most] = counted.toSorted((left, right) => Number(right[1]) - Number(left[1]));
    if (most) return { name: most[2] ?? '', count: most[1] ?? '', evidence };
  }
  return null;
}
