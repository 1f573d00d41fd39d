import { nothingRead, type Reading } from './reading.ts';
import { parseTables } from './table.ts';
import { tableObjects } from './table-objects.ts';

/** A pod in the tree of `kubectl argo rollouts get rollout`: `│  ├──□ quotes-6f7d8b-2lqzn  Pod  ✔ Running  9d  ready:1/1,restarts:2`. */
const POD =
  /^[\s│├└─┬|+`*-]{0,40}(?:\S\s)?(?<name>[a-z0-9][\w.-]{1,252})\s{1,80}Pod\s{1,20}(?:\S\s)?(?<status>[A-Z][\w:/]{2,40})\s{1,40}(?<age>\d\w{1,12})\s{1,20}(?<info>[^\n]{0,80})/;
const MAX_LINES = 2000;

/** At rest, or waiting at a step as it was told to: of what is degraded or under way the pods alone would tell too little. */
const STATUS = /^Status:\s{1,20}(?:\S\s)?(?<status>[A-Z]\w{2,30})/m;
const WAITS = /^Message:\s{1,20}(?:CanaryPauseStep|BlueGreenPause)\b/m;

/** The pods of the revisions of a Rollout as Argo Rollouts draws them, other lines of the page left alone; null where the text is no such page or the Rollout is not settled. */
export function readRolloutTree(command: string, text: string, namespace: string | null): Reading | null {
  if (!/\bargo[ -]rollouts\b/.test(command) || !isSettled(text.slice(0, 4000))) return null;
  const rows = text
    .split('\n')
    .slice(0, MAX_LINES)
    .flatMap((line) => {
      const { name, status, age, info = '' } = POD.exec(line.slice(0, 500))?.groups ?? {};
      const ready = /\bready:(\d{1,3}\/\d{1,3})/.exec(info)?.[1];
      const restarts = /\brestarts:(\d{1,6})/.exec(info)?.[1] ?? '0';
      return name && ready ? [`${name}   ${ready}   ${status}   ${restarts}   ${age}`] : [];
    });
  if (rows.length === 0) return null;
  const tables = parseTables(['NAME   READY   STATUS   RESTARTS   AGE', ...rows].join('\n'));
  return { ...nothingRead(), objects: tables.flatMap((table) => tableObjects(table, 'Pod', namespace)) };
}

function isSettled(head: string): boolean {
  const status = STATUS.exec(head)?.groups?.status;
  return status === 'Healthy' || (status === 'Paused' && WAITS.test(head));
}
