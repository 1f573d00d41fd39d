import type { DatabaseState } from '../database-state.ts';
import { settingOf } from './story-parts.ts';

/** Below this share of the limit nobody waits for a connection. */
export const ROOM = 0.6;

/** The limits of connections that the texts tell. */
export const limitsIn = (texts: string[]): number[] =>
  texts.flatMap((one) =>
    [
      ...one.matchAll(
        /(?:max(?:imum|_connections)?|limit|ceiling)(?:(?!current|\bnow\b|\bused\b|\bopen\b)\D){0,25}(\d{2,5})\b(?! ?(?:%|percent))/gi,
      ),
    ].map(([, limit]) => Number(limit)),
  );

const NAMED = /max_connections\D{0,25}(\d{2,6})\b/gi;

/** How many clients the server lets in at once, by its own answer or by the alert; the least of several, null where nobody tells. */
export function limitOfClients(state: DatabaseState, alert: string): number | null {
  const setting = settingOf(state, 'max_connections');
  const told = [...alert.matchAll(NAMED)].map(([, limit]) => Number(limit));
  const known = [...(setting ? [Number(setting.value)] : []), ...told].filter((limit) => limit > 0);
  return known.length > 0 ? Math.min(...known) : null;
}
