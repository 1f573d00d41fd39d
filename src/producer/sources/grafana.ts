import type { AlertStatus, ParsedBody } from '../../shared/alert.ts';
import { makeAlert } from './make-alert.ts';
import { firstText, isRecord, type JsonRecord, recordOf, recordsOf, textMembers, textOf } from './read-json.ts';
import { withoutStatus } from './read-status.ts';
import { ignoredBody, type ParseContext, type Shape } from './source.ts';

/** States of Grafana's legacy alerting that tell of no trouble, with the reason to ignore them. */
const IDLE = new Map([
  ['pending', 'the rule is pending: Grafana has not decided to alert yet'],
  ['paused', 'the rule was paused in Grafana'],
  ['unknown', 'the rule was saved and has not been evaluated yet'],
]);

/** Grafana's legacy alerting webhook (before 9): one rule with `state`, `ruleId` and `evalMatches`. */
export const grafanaLegacyShape: Shape = {
  recognises: (body) =>
    isRecord(body) && !('alerts' in body) && ('evalMatches' in body || ('ruleName' in body && 'state' in body)),
  read: readLegacy,
};

function readLegacy(body: unknown, context: ParseContext, source: string): ParsedBody {
  const rule = recordOf(body);
  const state = textOf(rule.state)?.toLowerCase() ?? 'alerting';
  const idle = IDLE.get(state);
  if (idle) return ignoredBody(idle);
  const status: AlertStatus = state === 'ok' ? 'resolved' : 'firing';
  const labels = labelsOf(rule);
  const alert = makeAlert(
    {
      source,
      status,
      name: firstText(rule.ruleName, rule.title),
      title: withoutStatus(firstText(rule.title, rule.ruleName) ?? ''),
      description: textOf(rule.message),
      severityTexts: [labels.severity, labels.priority, status === 'firing' ? state : null],
      labels,
      annotations: { ...matchesOf(rule), grafanaState: state },
      url: textOf(rule.ruleUrl),
      identity: [rule.orgId, rule.dashboardId, rule.panelId, rule.ruleId, textOf(rule.ruleName)],
      delivery: null,
    },
    context,
  );
  return { alerts: [alert], ignored: [] };
}

/** The rule's own tags, then those of the first series that crossed the line. */
function labelsOf(rule: JsonRecord): Record<string, string> {
  const [match] = recordsOf(rule.evalMatches);
  return { ...textMembers(match?.tags), ...textMembers(rule.tags) };
}

function matchesOf(rule: JsonRecord): Record<string, string> {
  const matches = recordsOf(rule.evalMatches).slice(0, 20);
  if (matches.length === 0) return {};
  return {
    values: matches.map((match) => `${textOf(match.metric) ?? 'value'} = ${textOf(match.value) ?? 'none'}`).join(', '),
  };
}
