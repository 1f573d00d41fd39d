import type { Alert } from '../../shared/alert.ts';

/** The trouble is over, by the alert's own words. */
const RESOLVED = /\bresolved\b|\brecovered\b|^\W{0,3}ok\b|\[ok\]|back to normal/i;
/** How senders call what is for information, whatever severity it was given here. */
const INFORMS = /^(?:info\w*|notice|none)$/i;
/** Somebody asks whether all is well. */
const ASKS = /\b(?:is|are|was|were|does|do|did|has|have|any|anything|everything|all)\b[^\n?]{0,160}\?/i;
/** A plain request for logs or a look, which alleges nothing. */
const REQUESTS =
  /^\W{0,3}(?:please |can you |could you )?(?:show|fetch|get|list|give|print|post|display|tell|describe|check|look (?:at|over)|review)\b/i;
const OF_ERRORS = /\berrors?\b|\bexceptions?\b/i;
/** Somebody sees harm, in whatever form he tells it; who asks what is wrong takes it for granted that something is. */
const HARM =
  /\b(?:fail(?:s|ed|ing|ures?)?|down|unavailable|unreachable|outage|cannot|can't|broken|5\d\d|5xx|time-?outs?|time[sd]? out|refused|crash\w*|oom\w*|stuck|slow\w*|not (?:work|start|respond|reach|run)\w*|why|what(?:'s| is| was|s)? (?:the )?(?:issue|problem|matter|wrong|causing|(?:root )?cause|going (?:on|wrong))|customers?|users? (?:see|complain|report))\b/i;

/**
 * True where no alert of an incident tells of harm: it is over, somebody asks whether all is well, or it is for information. Most of those are about
 * nothing, so that a suspicion has to be more than probable before it is told as a fault.
 */
export const areMild = (alerts: readonly Alert[]): boolean => alerts.length > 0 && alerts.every(isMild);

function isMild({ title, description, severity, status, labels }: Alert): boolean {
  if (status === 'resolved' || RESOLVED.test(title)) return true;
  const text = `${title}\n${description}`;
  const informs = severity === 'info' || INFORMS.test(labels.severity ?? '');
  const requests = REQUESTS.test(title) && !OF_ERRORS.test(text);
  return (informs || requests || ASKS.test(text)) && !HARM.test(text);
}
