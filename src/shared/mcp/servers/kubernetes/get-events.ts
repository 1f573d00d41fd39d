import type { CapabilityOutput } from '../../capabilities.ts';
import { type ToolDefinition, toolFor } from '../../server-definition.ts';
import { listingOf } from '../page-cursor.ts';
import { moreFooter } from '../page-of.ts';
import { isNamed } from './find-pods.ts';
import type { KubernetesDeps } from './kubernetes-deps.ts';
import type { KubernetesEvent } from './kubernetes-types.ts';
import { pageOfWindow, sourcesIn } from './page-of-window.ts';

type EventRow = CapabilityOutput<'events.list'>['events'][number];

const timeOf = (date: Date | undefined) => date?.toISOString() ?? null;

function readEvent(event: KubernetesEvent): EventRow {
  const { metadata, involvedObject, series } = event;
  const { type = '', reason = '', message = '', count, firstTimestamp, lastTimestamp, eventTime } = event;
  const first = firstTimestamp ?? eventTime ?? metadata.creationTimestamp;
  return {
    type,
    reason,
    message,
    kind: involvedObject.kind ?? '',
    name: involvedObject.name ?? '',
    namespace: involvedObject.namespace ?? metadata.namespace ?? '',
    count: count ?? series?.count ?? 1,
    firstSeen: timeOf(first),
    lastSeen: timeOf(lastTimestamp ?? series?.lastObservedTime ?? first),
  };
}

/** Objects named after a host carry dashes where the host has dots (`api-example-com-tls`). */
function isAbout({ name, message }: EventRow, object: string): boolean {
  return isNamed(name, object) || isNamed(name, object.replaceAll('.', '-')) || message.includes(object);
}

const newestFirst = (a: EventRow, b: EventRow) => (b.lastSeen ?? '').localeCompare(a.lastSeen ?? '');

function describe({ events, nextCursor }: CapabilityOutput<'events.list'>): string {
  const lines = events.map(({ lastSeen, firstSeen, type, reason, kind, namespace, name, count, message }) => {
    const times = count > 1 ? ` (${count} times since ${firstSeen})` : '';
    return `${lastSeen} ${type} ${reason} ${kind} ${namespace}/${name}${times}: ${message}`;
  });
  return [...(lines.length > 0 ? lines : ['no events']), ...moreFooter('events', nextCursor)].join('\n');
}

/** `get_events`: events of a namespace or about an object, newest first. */
export function getEvents({ reader, scope }: KubernetesDeps): ToolDefinition {
  return toolFor('events.list', {
    title: 'Kubernetes events',
    description:
      'Events, newest first among 3,000 at a time, page by page, optionally of one type and about one object: its name, the beginning of it (a deployment finds its pods), or a text in the message.',
    run: async (input, { signal }) => {
      const { namespace: asked, object, type } = input;
      const fieldSelector = type === undefined ? undefined : `type=${type}`;
      const { events: list } = await reader();
      const sources = sourcesIn(scope(asked), (namespace, start) => list({ namespace, fieldSelector, start, signal }));
      const listing = listingOf('kubernetes', 'get_events', input);
      const arrange = (found: KubernetesEvent[]) =>
        found
          .map(readEvent)
          .filter((row) => object === undefined || isAbout(row, object))
          .sort(newestFirst);
      const { rows: events, nextCursor } = await pageOfWindow(listing, sources, input, arrange);
      const data = { events, truncated: nextCursor !== null, nextCursor };
      return { data, text: describe(data) };
    },
  });
}
