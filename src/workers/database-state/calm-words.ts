/** What is measured of harm, by its usual names. */
const MEASURE = String.raw`\b(?:errors?|error (?:rates?|budgets?|counts?)|timeouts?|5xx|p9\d|p999|latenc(?:y|ies)|response times?|complaints?|failures?|(?:user|customer) reports?)\b`;
/** Words between a measure and its level; a comparison, a contrast or somebody who suffers among them tells of harm. */
const BETWEEN = String.raw`(?:(?!\b(?:not|above|below|over|up|but|while|although|until|than|no longer|ris\w+|rose|grow\w*|grew|doubl\w+|fail\w*|refus\w*|sees?|saw|gets?|got|wait\w*)\b)(?:[^.,;:\n]|\.(?=\d))){0,80}`;
const LEVEL = String.raw`(?:flat|unchanged|untouched|as usual|as ever|as always|(?:as|like) (?:(?:on|at|in) )?(?:other|every|each|any|all|most|last)\b[\w ]{0,20}|the same as (?:on|at|in|last|every)\b[\w ]{0,20}|normal|steady|stable|quiet|zero|none|nil|(?:at|in|within|inside) (?:its|their|the) (?:usual|normal|ordinary|expected|slo|budget)\b[\w ]{0,20})`;

/** `p95 of the API 84 ms, flat`, `error rate 0.01 %, as usual`: a measure of harm at its level of every day. */
const AT_ITS_LEVEL = new RegExp(
  String.raw`${MEASURE}${BETWEEN}(?:\b|, )(?:still |all )?${LEVEL}(?=\s*(?:[,;\n]|\.(?!\d)|$))`,
  'gi',
);
/** `Errors: none`, `user reports = 0`. */
const NONE = new RegExp(
  String.raw`${MEASURE}${BETWEEN}[:=] ?(?:none|zero|nil|0(?:\.0{1,3})?(?: ?%)?)(?=\s*(?:[,;\n]|\.(?!\d)|$))`,
  'gi',
);
const DENIED = /\b(?:nothing(?! but)|neither|zero|free of|hardly any)\b[^.,;:\n]{0,40}/gi;

/** Words that sound like harm and are none: changes of role, settings and records by their names, what somebody should do in a case. */
const NO_HARM: readonly RegExp[] = [
  /\bfail(?:s|ed|ing)?[ -]over\b/gi,
  // That a replica has more to do than it can is what its lag says, and nothing that anybody saw beside it.
  /\b(?:replicas?|stand-?bys?|followers?|secondary|readers?)(?: of [\w.-]{1,60})? (?:cannot|can't|do(?:es)? not) keep up\b/gi,
  /\b(?:idle|session|statement|connect(?:ion)?|wait|lock|client|pool|login|keep-?alive)[ -]time-?outs? (?:of|is|was|are|=|:|set)\b/gi,
  /\b(?:slow[- ]?(?:query[- ]?)?|error[- ]?)logs? (?:(?:is|was|are|stays?|shows?|has|holds?) )?(?:empty|quiet|silent|clean|nothing)\b/gi,
  /\bnothing (?:\w+ )?in the (?:slow[- ]?(?:query[- ]?)?|error[- ]?)logs?\b/gi,
  /\b(?:alarms?|alerts?|thresholds?|limits?|lines?|bands?|models?|baselines?|rules?) (?:is|are|was|were|looks?|seems?) (?:stale|outdated)\b|\bstale (?:alarm|alert|threshold|limit|line|band|model|baseline|rule)s?\b/gi,
  /^[ \t]*(?:runbook|playbook|documentation|docs?)[ \t]*[:=][^\n]*/gim,
  /\b(?:escalate|fail over|(?:page|call|notify|inform|contact|wake|tell) (?:the |our |an? )?(?:on[- ]?call|dbas?|owners?|teams?|sres?|duty|us|me|platform|database)\b)[^.;\n]{0,60}\b(?:if|when(?:ever)?|once|in case|as soon as|unless)\b[^.;\n]{0,120}/gi,
  /\b(?:if|in case)\b[^.,;:\n]{0,80}/gi,
  /\b(?:at|from|beyond|above) [\d.,]+ ?(?:billion|million|%|percent|gb|gib|tb|tib)\b[^.,;:\n]{0,50}\b(?:refus|reject)\w+[^.,;:\n]{0,40}/gi,
];

/** The text of an alert without what only sounds like harm: measures that are as ever, settings and records by their names, what to do in a case. */
export const withoutCalmWords = (text: string): string =>
  [AT_ITS_LEVEL, NONE, ...NO_HARM, DENIED].reduce((left, words) => left.replace(words, ''), text);
