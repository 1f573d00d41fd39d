import { gone, type HarmRule, some } from './lines.ts';

const OF_SQL =
  /\b(?:select|from|join|where|order by|group by|limit)\b|\.where\(|\.filter\(|\.order\(|\.joins?\(|\.scope\b|findAll|createQuery/i;
const JOIN =
  /\bjoin\s+["`[]?\w+["`\]]?\s+(?:as\s+)?(?:\w+\s+)?(?:on|using)\b|\.(?:joins|left_joins|leftJoin\w*|innerJoin\w*)\(/;
const SELECTS = /\bwhere\s+\w|\.where\(|\.filter\(|\.exclude\(|\.scope\b/i;
const CONDITION = /\bwhere\b|\band\b|\.where\(|\.filter\(|\.exclude\(|\bhaving\b/i;
const count = (lines: string[], pattern: RegExp): number =>
  lines.reduce((sum, line) => sum + (line.match(new RegExp(pattern.source, 'gi'))?.length ?? 0), 0);

/** What statements find. */
export const OF_QUERIES: readonly HarmRule[] = [
  {
    why: 'it takes rows in no order',
    when: (lines) =>
      gone(lines, /\border by\b|\.order\(|order_by\(|orderBy|\.sort\b|\.OrderBy/i) && some(lines.removed, OF_SQL),
    shows: /deadlock|out of order|different order|skipp|duplicate|twice|missing|pages?\b/i,
  },
  {
    why: 'it joins other rows than before',
    when: (lines) =>
      count(lines.added, JOIN) > count(lines.removed, JOIN) ||
      (gone(lines, /\bleft (?:outer )?join\b|left_joins|\.leftJoin/i) && some(lines.added, /join/i)),
    shows: /duplicate|twice|double|too many rows|missing|\brows?\b|not in the|fewer|differs?/i,
  },
  {
    why: 'it finds rows that it left out before',
    when: ({ removed, added }) =>
      added.length > 0 &&
      some(removed, SELECTS) &&
      some(added, OF_SQL) &&
      count(removed, CONDITION) > count(added, CONDITION),
    shows:
      /although|already|another (?:tenant|customer|shop|user)|belongs to|twice|duplicate|unexpected|too many|rows|deleted|paid|closed|cancelled|timeout|took/i,
  },
  {
    why: 'transactions see more of each other',
    when: ({ removed, added }) =>
      some(removed, /serializable|repeatable.?read/i) && some(added, /committed|uncommitted|isolation/i),
    shows: /twice|duplicate|over(?:sold|booked)|negative|lost update|inconsistent|double/i,
  },
  {
    why: 'related rows are loaded when the session is over',
    when: ({ removed, added }) =>
      some(removed, /EAGER|joinedload|\.includes\(|@Transactional/) && some(added, /LAZY|lazy|noload/),
    shows: /LazyInitialization|no Session|DetachedInstance|not bound to a session|could not initialize proxy/i,
  },
];
