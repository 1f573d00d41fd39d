import { numberAt, type Raw, textAt } from '../raw.ts';
import type { Reading } from './reading.ts';

/** Event objects of the API as events. */
export function rawEvents(objects: Raw[]): Reading['events'] {
  return objects.flatMap((event) => {
    const about = (member: string) => textAt(event, 'involvedObject', member) ?? textAt(event, 'regarding', member);
    const reason = textAt(event, 'reason');
    if (!reason) return [];
    return [
      {
        type: textAt(event, 'type') ?? 'Normal',
        reason,
        message: textAt(event, 'message') ?? textAt(event, 'note') ?? '',
        kind: about('kind') ?? '',
        name: about('name') ?? '',
        namespace: about('namespace') ?? textAt(event, 'metadata', 'namespace'),
        count: numberAt(event, 'count') ?? 1,
        firstSeen: textAt(event, 'firstTimestamp'),
        lastSeen: textAt(event, 'lastTimestamp') ?? textAt(event, 'eventTime') ?? textAt(event, 'firstTimestamp'),
        ageSeconds: null,
      },
    ];
  });
}
