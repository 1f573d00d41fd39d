import { readStatusText } from './read-status.ts';
import type { SlackMessageText } from './slack-message.ts';

/**
 * Which channel messages are alerts.
 *
 * A person's message is an alert when it tells of trouble with something technical, or carries a notification's mark
 * ("[FIRING]", ":fire:", "P1:"), and is not talk: a question, a greeting, an address to somebody, a story about oneself.
 * A bot's or webhook's message is an alert unless it is clearly chatter: news of tasks, tickets, code, builds or calendars
 * that carries neither a mark, nor a warning colour, nor a monitoring tool's name.
 */
export type SlackAuthor = { kind: 'person' | 'bot'; name: string | null };

const TROUBLE =
  /\b(?:down|fail(?:s|ed|ing|ures?)?|errors?|exhaust(?:ed|ion)|expir(?:es?|ed|ing|y)|time[ds]?[ -]?outs?|timing out|unreachable|unavailable|unhealthy|unresponsive|refused|crash(?:ed|es|ing|loop\w*)?|oom\w*|out of (?:memory|disk|space|inodes)|exceed(?:s|ed|ing)?|threshold|degraded|degradation|stuck|lag(?:s|ging)?|spik(?:e|es|ed|ing)|satur\w+|throttl\w+|deadlock\w*|not (?:ready|responding|available|reachable|scheduled)|cannot|can't|unable|restart(?:s|ed|ing)|evicted|packet loss|[45]xx|50[0-4]|rejected|corrupt\w*|missing|breach\w*|leak\w*|killed|panic\w*|exceptions?|dropp(?:ed|ing)|lost|broken|outage|anomal\w+|slow|high (?:cpu|memory|load|latency|disk|error|rate|usage|number|connections?|traffic|response)|(?:cpu|memory|disk|swap|queue|pool|volume|filesystem) (?:\w+ ){0,3}(?:high|full|low|above|over|pressure|at \d{2,3})|above|low (?:disk|memory|space)|full|unresolved|invalid|no data|absent|flapping|backlog|pending for)\b/i;

const SUBJECT =
  /\b(?:database|db|postgres\w*|mysql|mariadb|mongo\w*|redis|kafka|rabbitmq|elasticsearch|cassandra|clickhouse|certificates?|ssl|tls|dns|pods?|nodes?|containers?|deployments?|namespace|kubernetes|k8s|cluster|cpu|memory|disk|swap|filesystem|volume|inodes?|queues?|api|endpoints?|services?|servers?|hosts?|instance|connections?|connection pool|latency|replica(?:s|tion)?|ingress|load balancer|nginx|haproxy|gateway|proxy|network|packet|requests?|quer(?:y|ies)|cron|job|backup|lambda|bucket|cache|jvm|heap|threads?|health ?check|http|https|p9[59]|domain|website|site|[a-z0-9]+(?:[-_][a-z0-9]+){0,5}[-_](?:service|svc|api|app|db|server|worker|gateway|backend|frontend|proxy|cache|queue|job)|(?:[a-z0-9-]{1,60}\.){1,5}[a-z]{2,12}|(?:\d{1,3}\.){3}\d{1,3})\b/i;

/** Marks by which tools and people head a notification. */
const MARK =
  /^[\s*_~>]{0,6}(?:(?:\[[^\]]{0,20}\]\s*){0,3}\[?(?:firing|resolved|alert(?:ing)?|alarm|triggered|re-?triggered|recovered|critical|warning|warn|p[0-5]|sev-?[0-5]|incident|outage|problem|down|no ?data)(?:[:\d ,a-z]{0,30})?[\]:|!]|🚨|🔥|🔴|❌|:(?:fire|rotating_light|red_circle|x|alert|warning|no_entry|sos):)/iu;

const QUESTION =
  /\?\s*$|^\W{0,3}(?:who|what|when|where|why|how|which|can|could|does|do|did|is (?:anyone|there|it|this|that)|are (?:we|you|there)|any(?:one|body)|has any(?:one|body)|should|would|shall|may)\b/i;
const TALK =
  /^\W{0,3}(?:hi|hello|hey|good (?:morning|afternoon|evening|night)|morning|thanks?|thank you|thx|ok(?:ay)?[ ,]|lgtm|lol|haha|sorry|fyi|btw|sure|yes|no|nope|yeah|great|nice|cool|welcome|congrat\w*|happy)\b|\b(?:i|i'm|i've|i'll|i'd|my|me|you|you're|your|let's|lets|please|pls|folks|guys|y'all|lunch|coffee|meeting|standup|retro|vacation|holiday|birthday|weekend|tomorrow)\b|<@|(?:^|\s)@[UW][A-Z0-9]{3,}/i;

/** News of people's work, whatever else it says. */
const SURE_CHATTER =
  /\b(?:pull request|merge request|pr #?\d+|mr !?\d+|code review|review requested|opened by|build #?\d+ (?:passed|succeeded|started)|build (?:passed|succeeded|started)|(?:task|ticket|issue) (?:status )?(?:changed|updated|created|moved|closed)|status (?:changed|updated) from|successfully deployed|standup in|stand-up in|event starting|good morning|commented on|mentioned you|quote of the day|fun fact|(?:daily|weekly|monthly) (?:report|summary|digest|recap)|new (?:lead|deal|signup|customer|subscriber))\b/i;
/** The same, unless the message also tells of trouble: a task may fail, a release may break something. */
const LIKELY_CHATTER =
  /\b(?:tasks?|tickets?|stor(?:y|ies)|epic|sprint|commits?|pushed|branch|approved|merged|deploy(?:ment|ed)? (?:of \S{1,60} )?(?:succeeded|finished|started|completed?)|released|new release|changelog|meeting|joined|onboarding|welcome|lunch|reminder|standup|calendar|agenda|birthday|anniversary|poll|survey|assigned to|due date|invitation|newsletter|to do|in progress|invited|weather)\b/i;
/** "PROJ-123 was moved to Done": the key is in capitals, which `web-1` is not. */
const TRACKER =
  /\b[A-Z]{2,10}-\d{1,6}\b.{0,120}\b(?:assigned|commented|created|updated|moved|transitioned|closed|done)\b/;

const MONITOR =
  /alert|grafana|prometheus|datadog|pagerduty|opsgenie|signoz|cloudwatch|aws chatbot|amazon q|new ?relic|nagios|zabbix|icinga|checkmk|uptime|pingdom|statuscake|site24x7|sentry|rollbar|bugsnag|honeycomb|dynatrace|splunk|elastic|kibana|coralogix|axiom|better ?stack|robusta|kubewatch|botkube|sensu|thousandeyes|victorops|monitor|watchdog|health|incident/i;

/** Slack's own names and the reds, oranges and ambers of the usual templates. */
const WARNING_COLOR =
  /^(?:danger|warning|ff0000|d00000|cc0000|e01e5a|a30200|d63232|ff9900|ffa500|daa038|f2c744|ffcc00|d40e0d|e96d76|b00020|f44336|c0392b|e74c3c|ed2e18|eb144c|a94442|f35a00|f86900|fcaf3c)$/;
const GOOD_COLOR =
  /^(?:good|00ff00|36a64f|2eb886|2eb67d|007a5a|00c853|28a745|4caf50|5cb85c|0a8a0a|008000|36a64e|2ecc71|27ae60)$/;

/** Why a message is no alert, null when it is one. */
export function reasonToIgnore(message: SlackMessageText, author: SlackAuthor): string | null {
  const text = message.lines.join('\n').slice(0, 4000);
  if (text === '' && !message.colors.some((color) => WARNING_COLOR.test(color)))
    return 'the message has no text to read';
  return author.kind === 'person' ? reasonAboutPerson(text) : reasonAboutBot(text, message, author.name);
}

function reasonAboutPerson(text: string): string | null {
  const first = text.split('\n', 1)[0] ?? '';
  if (MARK.test(first)) return null;
  if (QUESTION.test(first)) return "a person's question is no alert";
  if (TALK.test(first)) return 'a person talking is no alert';
  const tells = (TROUBLE.test(text) && SUBJECT.test(text)) || readStatusText(text) !== null;
  return tells ? null : "a person's message that tells of no trouble with anything technical is no alert";
}

function reasonAboutBot(text: string, message: SlackMessageText, name: string | null): string | null {
  const marked =
    MARK.test(text) || message.colors.some((color) => WARNING_COLOR.test(color)) || MONITOR.test(name ?? '');
  const chatter = SURE_CHATTER.test(text) || TRACKER.test(text) || (LIKELY_CHATTER.test(text) && !TROUBLE.test(text));
  return !marked && chatter ? "a bot's news of tasks, code, builds or calendars is no alert" : null;
}

/** Firing or resolved by a message's colour; null when it has none that says so. */
export function statusOfColor(colors: string[]): 'firing' | 'resolved' | null {
  if (colors.some((color) => WARNING_COLOR.test(color))) return 'firing';
  return colors.some((color) => GOOD_COLOR.test(color)) ? 'resolved' : null;
}

/** The severity that a colour stands for: red is high, amber is medium; null for every other. */
export function severityOfColor(colors: string[]): 'high' | 'medium' | null {
  const warning = colors.find((color) => WARNING_COLOR.test(color));
  if (!warning) return null;
  return /^(?:warning|ff9900|ffa500|daa038|f2c744|ffcc00|fcaf3c|f86900)$/.test(warning) ? 'medium' : 'high';
}
