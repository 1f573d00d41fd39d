import { alertmanagerShape } from './alertmanager.ts';
import { cloudwatchShape } from './cloudwatch.ts';
import { datadogShape } from './datadog.ts';
import { documentedJsonShape } from './documented-json.ts';
import { grafanaLegacyShape } from './grafana.ts';
import { pagerdutyEventShape, pagerdutyEventsApiShape, pagerdutyMessagesShape } from './pagerduty.ts';
import { slack } from './slack.ts';
import type { Source } from './source.ts';
import { tokenSource } from './token-source.ts';

/** Every source by the last segment of `POST /alerts/:source`. */
export const SOURCES = {
  slack,
  alertmanager: tokenSource(
    'alertmanager',
    [alertmanagerShape],
    "send Alertmanager's webhook, an object with an `alerts` list whose entries have `labels` and `annotations`",
  ),
  grafana: tokenSource(
    'grafana',
    [alertmanagerShape, grafanaLegacyShape],
    "send Grafana's webhook contact point, an object with an `alerts` list (or `ruleName` and `state` of legacy alerting)",
  ),
  signoz: tokenSource(
    'signoz',
    [alertmanagerShape],
    "send SigNoz's webhook channel, an object with an `alerts` list whose entries have `labels` and `annotations`",
  ),
  pagerduty: tokenSource(
    'pagerduty',
    [pagerdutyEventShape, pagerdutyMessagesShape, pagerdutyEventsApiShape],
    "send PagerDuty's v3 webhook, an object with an `event` that has `event_type` and `data`",
  ),
  datadog: tokenSource(
    'datadog',
    [datadogShape],
    "send Datadog's webhook with at least `title`, `alert_transition` and `alert_type` in its payload",
  ),
  cloudwatch: tokenSource(
    'cloudwatch',
    [cloudwatchShape],
    'send the alarm through an SNS topic or EventBridge, unchanged',
  ),
  generic: tokenSource(
    'generic',
    [documentedJsonShape],
    'send at least `title`; `description`, `status`, `severity`, `service` and `labels` help',
  ),
} satisfies Record<string, Source>;

export type SourceName = keyof typeof SOURCES;

/** The names of all sources, for messages that list them. */
export const SOURCE_NAMES = Object.keys(SOURCES) as SourceName[];

/** The source of that name, null when there is none. */
export function findSource(name: string): Source | null {
  return Object.hasOwn(SOURCES, name) ? SOURCES[name as SourceName] : null;
}
