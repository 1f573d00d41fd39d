import type { ROUTING_FIELDS } from '../shared/agents/agent-definition.ts';
import type { Alert } from '../shared/alert.ts';

export type RoutingField = (typeof ROUTING_FIELDS)[number];
export type RoutingTexts = Record<RoutingField, string>;

/** Patterns see at most so many characters of a field, which bounds the time of a decision. */
const MAX_TEXT = 4000;

/** Labels of the collection path: they tell which Prometheus or rule file spoke, not what it spoke about. */
const PATH_LABELS =
  /^(?:prometheus|prometheus_replica|replica|cluster|cluster_name|endpoint|metrics_path|receiver|monitor|alertname|severity|priority|level|team|owner|environment|env|region|account|runbook\w*|source|ruleid|rulesource|__\w+)$/i;

/** Labels whose very names sound of a technology, although they only tell the place: their values are enough. */
const PLACE_LABELS = /^(?:kube|k8s|kubernetes|app[._]kubernetes|helm|docker|aws|ecs|eks|gcp|azure)/i;

/** The same as search terms of log and monitor queries: `kube_namespace:default`. */
const PLACE_TERMS =
  /\b(?:kube_(?:namespace|deployment|service|container_name|cluster_name|node|job|cronjob|stateful_set|daemon_set|replica_set|app_\w{1,40}|qos)|pod_name|pod_phase|container_(?:name|id)|image_name|k8s\.[\w.]{1,60})\s?[:=]\s?"?[^\s,})"]{1,200}/g;

/** Where senders put the query behind an alert; the parsers write `expr` and `query`. */
const EXPRESSION_ANNOTATIONS = ['expr', 'expression', 'promql', 'query', 'metric'];

/** The parts of an alert as routing rules see them. */
export function routingTexts(alert: Alert): RoutingTexts {
  return {
    name: bounded(withWords(alert.name)),
    title: bounded(alert.title === alert.name ? '' : withWords(alert.title)),
    description: bounded(alert.description),
    labels: bounded(labelLines(alert.labels)),
    service: bounded(alert.service ?? ''),
    expression: bounded(subjectOf(expressionOf(alert))),
  };
}

/** `KubePodOOMKilled` and `kube_pod_oom` read as words too, beside the name as it is. */
export function withWords(name: string): string {
  const bounded = name.slice(0, MAX_TEXT / 4);
  const words = bounded
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .replace(/[_]+/g, ' ');
  return words === bounded ? bounded : `${bounded} | ${words}`;
}

function labelLines(labels: Record<string, string>): string {
  const told = Object.entries(labels).filter(([name]) => !PATH_LABELS.test(name));
  return told.map(([name, value]) => (PLACE_LABELS.test(name) ? value : `${name}=${value}`)).join('\n');
}

function expressionOf(alert: Alert): string {
  const texts = EXPRESSION_ANNOTATIONS.map((name) => alert.annotations[name]);
  const metrics = [...metricsIn(alert.annotations.valueString ?? ''), alert.labels.__name__];
  return [...texts, ...metrics].filter(Boolean).join('\n');
}

/** Grafana tells the metrics only inside its values: `labels={__name__=rabbitmq_queues, ...}`. */
function metricsIn(values: string): string[] {
  return [...values.slice(0, MAX_TEXT).matchAll(/__name__=([\w:]{1,200})|metric='([\w:]{1,200})/g)].map(
    (match) => match[1] ?? match[2] ?? '',
  );
}

/**
 * An expression without what it is not about: matchers that exclude (`!=`, `!~`), terms that only tell the place, and the
 * lists of labels that it groups or joins by.
 */
export function subjectOf(expression: string): string {
  return expression
    .slice(0, MAX_TEXT)
    .replace(/[\w.]{1,80}\s?!(?:=|~)\s?"[^"]{0,500}"/g, '')
    .replace(PLACE_TERMS, ' ')
    .replace(/\b(?:by|without|on|ignoring|group_left|group_right)\s?\([^()]{0,500}\)/gi, ' ');
}

function bounded(text: string): string {
  return text.slice(0, MAX_TEXT);
}
