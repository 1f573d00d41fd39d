import { ageSeconds, eventCount } from './ages.ts';
import type { Reading } from './reading.ts';

const ROW = /^(Normal|Warning)\s+(\S+)\s+(.*)$/;

/** The rows of the `Events:` part of a describe page; they are about the page's object. */
export function describedEvents(
  lines: string[],
  about: { kind: string; name: string; namespace: string | null },
): Reading['events'] {
  return lines.flatMap((line) => {
    const match = ROW.exec(line.trim());
    if (!match) return [];
    const [, type = '', reason = '', rest = ''] = match;
    const [age = '', ...others] = rest.split(/\s{2,}/);
    const message = (others.length > 1 ? others.slice(1) : others).join('  ');
    return [{ ...about, type, reason, message, count: eventCount(age), ...seen(age) }];
  });
}

function seen(age: string): { firstSeen: null; lastSeen: null; ageSeconds: number | null } {
  return { firstSeen: null, lastSeen: null, ageSeconds: ageSeconds(age.split(' ')[0] ?? '') };
}
