/** A member of a MongoDB replica set by `rs.status()`: its state, and the time of the last operation that it has (epoch ms, NaN where it is not told). */
export type SetMember = { name: string; state: string; optime: number; optimeText: string };

/** What a member says of itself in the first characters of its part. */
const MOST = 900;
const STATE =
  /\b(?:stateStr|state)["']?\s*:\s*["'](PRIMARY|SECONDARY|ARBITER|RECOVERING|ROLLBACK|STARTUP2?|DOWN|UNKNOWN|REMOVED|\(not reachable\/healthy\))["']/;
const OPTIME = /\b(?:optimeDate|optime)["']?\s*:\s*(?:new )?(?:ISODate|Date)\(["']([\d:.TZ+-]{10,35})["']\)/;

/** Reads the members out of what the shell of MongoDB printed. */
export const setMembers = (text: string): SetMember[] =>
  text
    .split(/\bname["']?\s*:\s*["']/)
    .slice(1)
    .flatMap((part) => {
      const own = part.slice(0, MOST);
      const [name, state] = [/^[\w.:-]{1,200}/.exec(own)?.[0], STATE.exec(own)?.[1]];
      const optimeText = OPTIME.exec(own)?.[1] ?? '';
      return name && state ? [{ name, state, optime: Date.parse(optimeText), optimeText }] : [];
    });

/** The first operation that an oplog still holds (`db.printReplicationInfo()`), and how far it reaches; null where nobody asked. */
export function oplogReach(text: string): { first: number; text: string } | null {
  const first = /oplog first event time:?\s*["']?([A-Z][^\n"'(]{10,60})/.exec(text)?.[1];
  const length = /log length start to end:?\s*["']?(\d[^\n"']{2,40})/.exec(text)?.[1];
  if (!first) return null;
  return {
    first: Date.parse(first),
    text: `oplog first event time ${first.trim()}${length ? `, log length ${length.trim()}` : ''}`,
  };
}
