/** Names of pods, hosts and versions, in which digits count nothing. */
export const NAME_WITH_DIGITS = /(?<![\w.-])[a-z_][\w.-]*\d[\w.-]*/gi;

/** Ids that begin with a digit, such as commits (also those whose letters stand at their end, and those called so that have none); `30000ms` and `1m30s` are numbers. */
export const ID =
  /(?<![\w.-])(?!(?:\d+h)?(?:\d+m)?\d+(?:\.\d+)?m?s(?!\w))(?:\d+[a-z]+\d\w*|(?=[\da-f]{7,64}(?!\w))\d+[a-f]{2,}(?!\w)|(?<=\bcommit )\d{7,40}(?!\w))/gi;
