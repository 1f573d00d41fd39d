import { DEPTH } from '../../diagnosis.ts';
import { answerRows, shownCells } from '../answer-rows.ts';
import type { StoreAnswer } from '../store-answer.ts';
import { spacedRows } from './spaced-rows.ts';

/** `_cat/health` and `_cat/indices` of a search cluster that lacks data. */
function redIndices(text: string): string | null {
  const health = spacedRows(text, 'cluster', 'status', 'unassign').find(({ status }) => status === 'red');
  if (health) return shownCells(health, 'cluster', 'status', 'node.total', 'unassign');
  const listed = /^\s*health\s+status\s+index\b/m.test(text);
  return (listed && /^\s*red\s+(?:open|close)\s+[^\s]{1,200}/m.exec(text)?.[0].trim().replace(/\s+/g, ' ')) || null;
}

/** A queue of RabbitMQ of whose replicas too few are there. */
function lostQuorum(text: string): string | null {
  const row = spacedRows(text, 'name', 'state').find(({ state }) =>
    /^(?:minority|down|crashed|stopped)$/.test(state ?? ''),
  );
  return row && (row.consumers !== undefined || row.messages !== undefined || row.type !== undefined)
    ? shownCells(row, 'name', 'type', 'state', 'messages')
    : null;
}

/** Members of a ring (Cassandra, Scylla) that the others do not reach, or that follow another schema. */
function otherSchemas(text: string): string | null {
  const versions = text.split('Schema versions:')[1]?.slice(0, 4000) ?? '';
  const lines = [...versions.matchAll(/^\s*([0-9a-f-]{36}|UNREACHABLE): \[[^\]\n]{1,300}\]/gm)].map(([line]) =>
    line.trim(),
  );
  const away = lines.find((line) => line.startsWith('UNREACHABLE'));
  return away ?? (lines.length > 1 ? lines.slice(0, 2).join('; ') : null);
}

/** An endpoint of etcd that does not answer. */
const unhealthyEndpoint = (text: string): string | null =>
  /^\s*\S{1,200}:\d{2,5} is unhealthy: [^\n]{1,120}/m.exec(text)?.[0].trim() ?? null;

/** A primary of which the sentinels agree that it is down. */
const downBySentinels = (text: string): string | null =>
  /"([a-z_,]{0,80}\bo_down\b[a-z_,]{0,80})"/.exec(text)?.[1] ??
  /\bstatus=o?down,address=\S{1,100}/.exec(text)?.[0] ??
  null;

/** A node of CockroachDB that is not live. */
function deadNode(text: string): string | null {
  const row = answerRows(text).find((one) => one.is_live === 'false' || one.is_available === 'false');
  return row ? shownCells(row, 'id', 'address', 'is_available', 'is_live') : null;
}

const depth = DEPTH.workload;

/** Clusters that lack members, as their own tools tell it: why they are away is told by those who looked at them. */
export const MEMBER_ANSWERS: readonly StoreAnswer[] = [
  {
    of: 'search cluster',
    kind: 'cluster-unhealthy',
    shows: redIndices,
    meaning: 'is red: primary shards are unassigned, so data is missing',
    confidence: 0.76,
    depth,
  },
  {
    of: 'broker',
    kind: 'member-missing',
    shows: lostQuorum,
    meaning:
      'has a queue without its quorum (too few of its replicas are there), so it can neither be written nor read',
    confidence: 0.8,
    depth: DEPTH.pod,
  },
  {
    kind: 'member-missing',
    shows: otherSchemas,
    meaning: 'has members that the others do not reach or that follow another schema (disagreement)',
    confidence: 0.76,
    depth,
  },
  {
    of: 'key store',
    kind: 'member-missing',
    shows: unhealthyEndpoint,
    meaning: 'has a member that does not answer',
    confidence: 0.76,
    depth,
  },
  {
    kind: 'no-primary',
    shows: downBySentinels,
    meaning: 'has a primary of which its sentinels say that it is down',
    confidence: 0.8,
    depth,
  },
  { kind: 'member-missing', shows: deadNode, meaning: 'has a node that is not live', confidence: 0.76, depth },
];
