import type { Meta } from './kubernetes-state.ts';

/** Who scales workloads down by a clock, by the annotations in which they keep what to go back to. */
const CLOCKS = /^(?:downscaler\/(?:uptime|downtime|original-replicas)|kube-green\.|kube-downscaler)/;
const INTENTION =
  /\b(?:suspend(?:ed)?|paused?|disabled?|parked|retired|decommission\w*|switched off|turned off|planned|maintenance|seasonal)\b|\bscaled? (?:down |in )?to (?:0|zero)\b|\b(?:off|out(?:side)? of(?: the)?)[- ]season\b|\bnot (?:needed|in use|used)\b[^.]{0,40}\b(?:now|until|outside|before|currently)\b|on purpose|do not (?:scale|start|run)/i;

/** The annotation in which somebody wrote down why an object does not run; null where nobody did. */
export function purposeOf({ annotations }: Pick<Meta, 'annotations'>): string | null {
  const notes = Object.entries(annotations).filter(([key]) => !/last-applied|kubernetes\.io\//.test(key));
  const note = notes.find(([key, value]) => CLOCKS.test(key) || INTENTION.test(value));
  return note?.[0] ?? null;
}
