/** What is counted and there is none of, or a field for it that is empty. */
const NONE_OF_IT =
  /\b(?:0|no|zero|without(?: any)?) (?:errors?|fail\w*|warnings?|exceptions?)\b|\b(?:errors?|failures?|failed|err)["']?\s?[=:]\s?["']?(?:0|none|null|nil|false|""|\[\]|<nil>)(?:\b|["\s,;]|$)|\bLast_(?:SQL_|IO_)?Error:\s*$/i;
const ALL_OF_NONE = new RegExp(NONE_OF_IT, 'gi');
const DONE = /\b(?:finished|completed?|done|ended|caught up|drained|nothing (?:left|more) to do)\b/i;
const FAILED = /\b(?:fail\w*|errors?|abort\w*|killed|incomplete|not (?:done|finished|completed?)|timed? ?out)\b/i;
/** Of a line so many characters are read. */
const MAX_LINE = 500;

/** True for a line that counts failures and there are none: `0 failed`, `errors=0`. */
export const countsNone = (line: string): boolean => NONE_OF_IT.test(line);

/** True for a line by which work tells that it has come to its end, well or not. */
export const tellsEnd = (line: string): boolean => DONE.test(line.slice(0, MAX_LINE));

/** True for a line by which work tells that it, or some of it, failed; failures that are counted and are none do not. */
export const tellsFailure = (line: string): boolean => FAILED.test(line.slice(0, MAX_LINE).replace(ALL_OF_NONE, ' '));
