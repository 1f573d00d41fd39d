import type { Alert } from '../shared/alert.ts';
import {
  isHost,
  isIpAddress,
  isKubernetesName,
  isPort,
  isServiceName,
  parseHostPort,
  workloadOf,
} from './detectors/support/names.ts';
import { evidenceWindows } from './evidence-windows.ts';

const MAX_TEXT = 8000;

type Shape = (value: string) => boolean;
type Source = { labels: readonly string[]; text: readonly RegExp[]; shape: Shape };

/** Where a fact is read: labels first, in this order, then the first pattern that is found in the text. */
const SOURCES = {
  service: {
    labels: [
      'service',
      'service_name',
      'service.name',
      'app_kubernetes_io_name',
      'app.kubernetes.io/name',
      'app',
      'application',
    ],
    text: [
      /\bservice[ =:]{1,3}["'`]?([\w.-]{2,100})["'`]?/giu,
      /\b(?:for|of|in|on|from|by|to)\s+["'`]?([a-z][a-z0-9]*(?:[-_][a-z0-9]+)+)\b/giu,
      /\b([a-z][a-z0-9]*(?:-[a-z0-9]+){0,4}-(?:service|svc|api|server|worker|backend|frontend|gateway))\b/giu,
      /\b(?:for|of|in|on|from)\s+(?:the\s+)?["'`]?([a-z][a-z0-9-]{1,62})["'`]?\s+service\b/giu,
      /^["'`]?([a-z][a-z0-9-]{2,62})["'`]?(?::\s|\s+(?:(?:is|are|was|keeps?)\s+)?(?:down|unavailable|unreachable|unhealthy|crash\w{0,6}|not|restart\w{0,5}|slow|failing|oom\w{0,8}|out of memory)\b)/gimu,
      // The last words of a line: "slow queries of checkout", "connection refused by catalog".
      /\b(?:for|of|in|on|from|by|to)\s+(?:the\s+)?["'`]?([a-z][a-z0-9]*(?:[-_][a-z0-9]+)*)["'`]?(?:\s+(?:database|db|pool|cluster|queue|cache))?\s*(?:$|[;:,(!]|\.(?:\s|$))/gmu,
    ],
    shape: (value) => isServiceName(value) && !COMMON_WORDS.has(value.toLowerCase()) && !looksLikePublicHost(value),
  },
  namespace: {
    labels: [
      'namespace',
      'kubernetes_namespace',
      'k8s_namespace_name',
      'k8s.namespace.name',
      'exported_namespace',
      'kube_namespace',
    ],
    text: [
      /\bnamespace[ =:/]{1,3}["'`]?([a-z0-9-]{1,63})/giu,
      /\bin\s+(?:the\s+)?["'`]?([a-z0-9-]{1,63})["'`]?\s+namespace\b/giu,
    ],
    shape: (value) => isKubernetesName(value) && !COMMON_WORDS.has(value),
  },
  pod: {
    labels: ['pod', 'pod_name', 'k8s_pod_name', 'k8s.pod.name', 'kubernetes_pod_name'],
    text: [/\bpod[ =:]{1,3}["'`]?(?:[a-z0-9-]{1,63}\/)?([a-z0-9]+(?:-[a-z0-9]+)+)\b/giu],
    shape: isKubernetesName,
  },
  deployment: {
    labels: ['deployment', 'k8s_deployment_name', 'k8s.deployment.name', 'statefulset', 'daemonset', 'kube_deployment'],
    text: [/\bdeployment[ =:]{1,3}["'`]?(?:[a-z0-9-]{1,63}\/)?([a-z0-9]+(?:-[a-z0-9]+)+)\b/giu],
    shape: isKubernetesName,
  },
  container: { labels: ['container', 'container_name', 'k8s.container.name'], text: [], shape: isKubernetesName },
  node: { labels: ['node', 'k8s_node_name', 'k8s.node.name'], text: [], shape: isKubernetesName },
  database: {
    labels: ['database', 'datname', 'db', 'db_name', 'db.name', 'dbname', 'db_instance', 'dbinstanceidentifier'],
    text: [/\bdatabase\s+["'`]([\w.-]{1,63})["'`]/giu, /\b(?:database|dbname|datname)=["'`]?([\w.-]{1,63})/giu],
    shape: isServiceName,
  },
} as const satisfies Record<string, Source>;

/** Words that follow "for" or "service" in sentences and are no names. */
const COMMON_WORDS = new Set(
  'is are was were has the a an and or not of in on for to at by from down up unavailable unreachable degraded failing failed health healthy unhealthy mesh level more than less over under all any name error errors latency account discovery connection connections pool timeout timeouts status check endpoint endpoints monitor requests request alert alerts team owner tier database databases db server servers host hosts node nodes pod pods container containers website site cluster disk memory cpu traffic instance instances job jobs queue warning critical firing resolved error fatal info urgent sev1 sev2 p1 p2 this it that they application app system backend frontend everything something nothing who what why http https network dns ssl tls certificate certificates production prod staging stage dev development testing hour hours minute minutes second seconds day days week weeks month today yesterday tonight now time times total row percent users user customers customer clients client memory space budget limit quota threshold rate use usage progress general detail details trouble danger high low slow critical-path average median it us them least most service services pods replica replicas region zone environment namespace workload workloads kubernetes k8s cluster-wide queries query statement statements table tables lock locks transaction transactions upstream upstreams downstream peer peers dependency dependencies'.split(
    ' ',
  ),
);

/** Endings that make dotted words in prose a host name; a metric name or a file name ends in other words. */
const HOST_ENDINGS = new Set(
  'com net org io dev app cloud ai co info biz edu gov mil int xyz tech online site store shop bank health live network systems services internal local svc lan corp home intra test example localhost arpa'.split(
    ' ',
  ),
);
/** Country codes that are file endings more often. */
const FILE_ENDINGS = new Set('js ts go py rb sh md cs rs pl cc so ps vi bz gz tf'.split(' '));

/** The words of the alerts that people and rules look at; untrusted, at most 8000 characters. */
export function alertText(alerts: Alert[]): string {
  const parts = alerts.flatMap((alert) => [alert.title, alert.name, alert.description, ...proseOf(alert)]);
  return [...new Set(parts.filter(Boolean))].join('\n').slice(0, MAX_TEXT);
}

function proseOf(alert: Alert): string[] {
  return ['summary', 'description', 'message'].flatMap((name) => alert.annotations[name] ?? []);
}

/**
 * What the alerts say about where to look: the placeholders of the evidence plans (service, namespace, host, port, url, pod,
 * deployment, container, node, database, and the times of evidence-windows.ts always). Labels count before the text, and only values
 * of the right shape are taken, because both are written by strangers.
 */
export function alertFacts(alerts: Alert[], now: Date): Record<string, string> {
  const text = alertText(alerts);
  const named: Record<string, string> = {};
  for (const [name, source] of Object.entries(SOURCES)) {
    const value = ownField(alerts, name, source) ?? fromLabels(alerts, source) ?? fromText(text, source);
    if (value) named[name] = value;
  }
  const owner = named.service ?? named.deployment ?? (named.pod && workloadOf(named.pod));
  return { ...named, ...(owner && { service: owner }), ...hostFacts(alerts, text), ...evidenceWindows(alerts, now) };
}

function ownField(alerts: Alert[], name: string, { shape }: Source): string | undefined {
  if (name !== 'service' && name !== 'namespace') return undefined;
  return alerts
    .map((alert) => alert[name])
    .find((value): value is string => value !== null && value.length <= 253 && shape(value));
}

function fromLabels(alerts: Alert[], { labels, shape }: Source): string | undefined {
  const values = labels.flatMap((label) => alerts.map((alert) => alert.labels[label]));
  return values.find((value): value is string => value !== undefined && value.length <= 253 && shape(value));
}

function fromText(text: string, { text: patterns, shape }: Source): string | undefined {
  for (const pattern of patterns) {
    for (const [, value] of text.matchAll(pattern)) {
      const name = value?.replace(/[._-]+$/, '');
      if (name && shape(name)) return name;
    }
  }
  return undefined;
}

const HOST_LABELS = ['host', 'hostname', 'server_name', 'domain', 'fqdn', 'target', 'url', 'endpoint', 'instance'];

/** Host, port and URL; they are read together so that the port belongs to the host. */
function hostFacts(alerts: Alert[], text: string): Record<string, string> {
  const labelled = HOST_LABELS.flatMap((label) => alerts.map((alert) => place(alert.labels[label] ?? '')));
  const named = labelled.filter((found) => found !== null);
  const chosen = named.find(({ host }) => !isIpAddress(host)) ?? placeInText(text) ?? named[0];
  const port = alerts.map((alert) => alert.labels.port).find((value) => value !== undefined && isPort(value));
  const spoken = /\bport[ =:]{1,3}(\d{1,5})\b/iu.exec(text)?.[1];
  const known = chosen?.port ?? port ?? (spoken && isPort(spoken) ? spoken : undefined);
  return {
    ...(chosen && { host: chosen.host }),
    ...(known && { port: known }),
    ...(chosen?.url && { url: chosen.url }),
  };
}

type Place = { host: string; port: string | null; url: string | null };

/** A label's value as a place: a URL, `host:port`, or a host of more than one label. */
function place(value: string): Place | null {
  if (value.length > 500) return null;
  if (/^https?:\/\//i.test(value)) return placeOfUrl(value);
  const found = parseHostPort(value);
  return found?.host.includes('.') || found?.host.includes(':') ? { ...found, url: null } : null;
}

function placeOfUrl(text: string): Place | null {
  if (!URL.canParse(text)) return null;
  const { protocol, hostname, port, pathname } = new URL(text);
  const host = hostname.replace(/^\[|\]$/g, '');
  if (!isHost(host)) return null;
  const url = `${protocol}//${hostname}${port && `:${port}`}${pathname.slice(0, 200)}`;
  return { host, port: port || (protocol === 'https:' ? '443' : '80'), url };
}

const URL_IN_TEXT = /https?:\/\/[^\s<>"'|)\]]{3,300}/giu;
const HOST_IN_TEXT =
  /(?<![\w.@/-])((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,6}[a-z]{2,24})(?::(\d{1,5}))?(?![\w-]|\.\w)/gu;

/** The first host of the text; bare names count before links, which often lead to a dashboard or a runbook. */
function placeInText(text: string): Place | null {
  for (const [, host, port] of text.matchAll(HOST_IN_TEXT)) {
    if (host && looksLikePublicHost(host)) return { host, port: port && isPort(port) ? port : null, url: null };
  }
  for (const [link] of text.matchAll(URL_IN_TEXT)) {
    if (!/runbook|dashboard|grafana|wiki|docs?[./]/i.test(link)) return placeOfUrl(link);
  }
  return null;
}

function looksLikePublicHost(name: string): boolean {
  const labels = name.split('.');
  const ending = labels.at(-1) ?? '';
  if (labels.length < 2) return false;
  return HOST_ENDINGS.has(ending) || (/^[a-z]{2}$/.test(ending) && !(FILE_ENDINGS.has(ending) && labels.length < 3));
}
