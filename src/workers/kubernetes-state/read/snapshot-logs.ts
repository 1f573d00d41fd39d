import { type Raw, recordsAt, textsAt } from '../raw.ts';
import type { Reading } from './reading.ts';
import { any } from './snapshot-members.ts';

/** The log lines of a snapshot: a pod's log as one text, or rows of a log store by the pod, host or service that they came from. */
export function snapshotLogs(body: Raw): Reading['logs'] {
  const pod = any(body, 'pod_name', 'podName', 'pod');
  const base = {
    namespace: any(body, 'namespace'),
    container: any(body, 'container'),
    previous: body.previous === true,
    filter: null,
  };
  const whole = any(body, 'logs', 'log', 'output');
  const single =
    whole && pod
      ? [{ ...base, pod, service: null, lines: whole.split('\n').filter((line) => line.trim() !== '') }]
      : [];
  const nested = [...recordsAt(body, 'pod_logs'), ...recordsAt(body, 'podLogs')].flatMap(snapshotLogs);
  return [...single, ...nested, ...rowsOf(recordsAt(body, 'logs')), ...listOf(body, pod, base)];
}

function listOf(
  body: Raw,
  pod: string | null,
  base: Omit<Reading['logs'][number], 'pod' | 'service' | 'lines'>,
): Reading['logs'] {
  const lines = textsAt(body, 'logs');
  return lines.length > 0 ? [{ ...base, pod, service: null, lines }] : [];
}

/** Rows of a log store, by the pod (or host, or service) that they came from. */
function rowsOf(rows: Raw[]): Reading['logs'] {
  const groups = Map.groupBy(rows, (row) =>
    JSON.stringify([tagOf(row, 'pod_name', 'kube_pod', 'pod') ?? any(row, 'pod') ?? podHost(row), any(row, 'service')]),
  );
  return [...groups].map(([key, group]) => {
    const [pod, service] = JSON.parse(key) as [string | null, string | null];
    const lines = group.flatMap((row) => {
      const message = any(row, 'message', 'body', 'line');
      return message
        ? [
            `${any(row, 'timestamp', 'at') ?? ''} ${(any(row, 'status', 'level', 'severity') ?? '').toUpperCase()} ${message}`.trim(),
          ]
        : [];
    });
    const namespace = group[0] ? tagOf(group[0], 'kube_namespace', 'namespace') : null;
    return { pod, service, namespace, container: null, previous: false, filter: null, lines };
  });
}

/** Names of machines of clouds: they run many pods. */
const MACHINE = /^(?:i-[0-9a-f]{2,}|ip-\d+-\d+-\d+-\d+.*|.*\.(?:internal|compute\.\w+)|(?:gke|aks|eks)-.*)$/;

/** The host of a row where it can be a pod; of a machine nothing but the service tells who wrote. */
function podHost(row: Raw): string | null {
  const host = any(row, 'host');
  return host !== null && any(row, 'service') && MACHINE.test(host) ? null : host;
}

function tagOf(row: Raw, ...names: string[]): string | null {
  const tags = textsAt(row, 'tags');
  return (
    names
      .map((name) => tags.find((tag) => tag.startsWith(`${name}:`))?.slice(name.length + 1))
      .find((value) => value !== undefined) ?? null
  );
}
