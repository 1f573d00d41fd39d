import { ageSeconds } from './ages.ts';
import { describedEvents } from './describe-events.ts';
import { readDescribe } from './describe-object.ts';
import { kindOf } from './kind-names.ts';
import { type KubectlCommand, nameInSelector } from './kubectl-command.ts';
import { joinReadings, nothingRead, type Reading } from './reading.ts';
import { toldMessages } from './told-messages.ts';

/** Members of a container, from which a pipe cut off everything around it. */
const OF_CONTAINER =
  /^(?:Image|State|Last State|Ready|Restart Count|Environment|Mounts|Limits|Requests|Liveness|Readiness|Startup|Command|Args|Ports?):/;
const ROW = /^\s*(?:Normal|Warning)\s+[A-Z]\w+\s+\S/;

/** What `head`, `tail`, `grep` or `sed` left of a describe page without its head: it is about whom the command names. */
export function readCutPage(kubectl: KubectlCommand, text: string): Reading {
  const kind = kubectl.kinds[0] ?? null;
  const name = kubectl.name ?? nameInSelector(kubectl.selector);
  if (!kind || kind === 'all' || !name) return { ...nothingRead(), events: toldMessages(kubectl, text) };
  const namespace = kubectl.namespace === '*' ? null : kubectl.namespace;
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const events = describedEvents(
    lines.filter((line) => ROW.test(line)),
    { kind, name, namespace },
  );
  const rest = dedented(lines.filter((line) => !ROW.test(line)));
  const inContainer = OF_CONTAINER.test(rest[0] ?? '');
  const body = inContainer ? asContainer(kind, name, rest) : rest;
  // A policy of which the selector was cut off would cover everybody.
  if (kind === 'NetworkPolicy' && !/^\s*PodSelector:/m.test(text)) return { ...nothingRead(), events };
  const head = `Name: ${name}\n${namespace ? `Namespace: ${namespace}\n` : ''}`;
  return joinReadings([readDescribe(`${head}${body.join('\n')}\n`, kind), { ...nothingRead(), events }]);
}

function dedented(lines: string[]): string[] {
  const least = Math.min(...lines.map((line) => line.length - line.trimStart().length));
  return lines.map((line) => line.slice(Number.isFinite(least) ? least : 0));
}

function asContainer(kind: string, name: string, lines: string[]): string[] {
  const container = ['Containers:', `  ${name}:`, ...lines.map((line) => `    ${line}`)];
  return kind === 'Pod' ? container : ['Pod Template:', ...container.map((line) => `  ${line}`)];
}

const AGE = String.raw`(?:\d+[smhdwy]){1,3}|<unknown>|<invalid>`;
/** `[NAMESPACE] LAST SEEN TYPE REASON OBJECT MESSAGE` */
const EVENT = new RegExp(
  String.raw`^(?:([a-z0-9][a-z0-9-]{0,62})\s+)?(${AGE})(\s+\(x\d+ over \S+\))?\s+(Normal|Warning)\s+([A-Z]\w+)\s+([A-Za-z][\w.]*)/(\S+)\s+(.+)$`,
);

/** The rows of an events table whose header a pipe cut off. */
export function headerlessEvents(text: string, namespace: string | null): Reading['events'] {
  return text.split('\n', 5000).flatMap((line) => {
    const match = line.length > 4000 ? null : EVENT.exec(line.trim());
    if (!match) return [];
    const [, place, age = '', times = '', type = '', reason = '', kindText = '', name = '', message = ''] = match;
    return [
      {
        type,
        reason,
        message: message.trim(),
        kind: kindOf(kindText) ?? kindText,
        name,
        namespace: place ?? namespace,
        count: Number(/\(x(\d+)/.exec(times)?.[1] ?? 1),
        firstSeen: null,
        lastSeen: null,
        ageSeconds: ageSeconds(age),
      },
    ];
  });
}
