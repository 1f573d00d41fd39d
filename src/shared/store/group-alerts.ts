import type { CoalescePlan } from '../intake-plan.ts';
import type { ClassifiedAlert } from './intake-store.ts';

/** A key under which a group of one batch looks for an incident, in the form of the storing statement. */
export type GroupKey = {
  c: number;
  key: string;
  /** The incident that the group opens when there is none to join. */
  fresh: string;
  rank: number;
  quiet_s: number;
  max_s: number;
  hold_s: number;
};

type Member = { n: number; item: ClassifiedAlert; coalesce: CoalescePlan };

/**
 * The alerts of one batch that share a key, directly or through others, as one group: of each alert the number of its
 * group, and the keys of all groups. Linear in the number of keys.
 */
export function groupAlerts(alerts: ClassifiedAlert[]): { groupOf: Map<number, number>; keys: GroupKey[] } {
  const members = alerts.flatMap((item, n): Member[] => {
    const coalesce = item.alert.status === 'firing' ? item.plan?.coalesce : null;
    return coalesce && coalesce.keys.length > 0 ? [{ n, item, coalesce }] : [];
  });
  const root = joinByKeys(members);
  const groups = Map.groupBy(members, (member) => root(member.coalesce.keys[0]!));
  const groupOf = new Map<number, number>();
  const keys: GroupKey[] = [];
  for (const [c, group] of [...groups.values()].entries()) {
    for (const { n } of group) groupOf.set(n, c);
    keys.push(...keysOf(c, group));
  }
  return { groupOf, keys };
}

/** Union-find over the keys: says which key stands for the group of a key. */
function joinByKeys(members: Member[]): (key: string) => string {
  const parent = new Map<string, string>();
  const root = (key: string): string => {
    let top = key;
    for (let up = parent.get(top); up !== undefined; up = parent.get(top)) top = up;
    for (let at = key; at !== top; ) {
      const up = parent.get(at)!;
      parent.set(at, top);
      at = up;
    }
    return top;
  };
  for (const { coalesce } of members) {
    const first = root(coalesce.keys[0]!);
    for (const key of coalesce.keys.slice(1)) {
      const other = root(key);
      if (other !== first) parent.set(other, first);
    }
  }
  return root;
}

function keysOf(c: number, group: Member[]): GroupKey[] {
  const lead = group.reduce((best, member) => (rankOf(member) < rankOf(best) ? member : best));
  const common = {
    c,
    fresh: lead.item.incidentId,
    rank: rankOf(lead),
    quiet_s: lead.coalesce.quietSeconds,
    max_s: lead.coalesce.maxSeconds,
    // Nobody begins with what a maintenance window holds back before its end.
    hold_s: lead.item.plan?.maintenance ? lead.coalesce.maxSeconds : (lead.item.plan?.holdSeconds ?? 0),
  };
  return [...new Set(group.flatMap((member) => member.coalesce.keys))].map((key) => ({ ...common, key }));
}

const rankOf = ({ item }: Member) => item.classification.priority;
