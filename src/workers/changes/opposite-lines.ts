import { remembering } from './remembering.ts';

/** Words of which one says the opposite of the other, or puts another bound; `=` stands for all ways to compare for sameness. */
const PAIRS: readonly [RegExp, string][] = [
  [/\bunless\b/g, 'if'],
  [/(?<![=!<>])!(?![=])|\bnot\s+|\bnot\(/gi, ''],
  [/[=!]==?/g, '=='],
  [/\bis not\b/g, 'is'],
  [/&&|\|\||\band\b|\bor\b/g, '&&'],
  [/[<>]=?/g, '<'],
  [/\.(?:equals|Equals|eql\?|equal\?)\(([^()]*(?:\(\))?)\)/g, ' == $1'],
  [/(?:before|after)(?![a-z])/gi, 'before'],
  [/\b(?:true|false|True|False)\b/g, 'true'],
  [/(?:(?<![a-z])|(?<=is|has))(?:any|all|some|every|none)(?![a-z])/gi, 'any'],
  [/(?<![a-z])(?:min|max)(?![a-z])/gi, 'min'],
  [/(?<![a-z])(?:asc|desc)(?:ending)?(?![a-z])/gi, 'asc'],
  [/(?<![a-z])(?:first|last)(?![a-z])/gi, 'first'],
  [/(?<![a-z])(?:enabled?|disabled?)(?![a-z])/gi, 'enable'],
  [/(?<![a-z])(?:allow|deny|include|exclude|require|optional)(?![a-z])/gi, 'allow'],
  [/(?<![a-z])(?:gte?|lte?)(?![a-z])/g, 'gt'],
];

const alike = remembering((line) =>
  PAIRS.reduce((text, [words, one]) => text.replace(words, one), line).replace(/[\s()]+/g, ''),
);

/** True for a line that decides or compares the other way round than before, or by another sameness, and is the same otherwise. */
export const isOpposite = (before: string, after: string): boolean =>
  alike(before) === alike(after) && loosely(before) !== loosely(after);

/** Whether there is something is asked in many ways that come to the same. */
const loosely = remembering((line) =>
  line.replace(/([=!])==?(?=\s*(?:null|undefined|nil|None)\b)/g, '$1=').replace(/\s+/g, ''),
);
