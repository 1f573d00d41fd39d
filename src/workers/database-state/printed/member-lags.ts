/** What a MongoDB replica set says of its members: which are told to stay behind, how far each is behind, and whether any is ill. */
export type Members = {
  delays: { host: string; delay: number; evidence: number }[];
  lags: { host: string; behind: number; evidence: number }[];
  ill: boolean;
};

/** A member that cannot take part. */
const ILL = /\b(?:RECOVERING|ROLLBACK|STARTUP2?|DOWN|UNKNOWN|REMOVED)\b|not reachable|no primary/;
const MOST = 900;

/** Reads `rs.conf()`, `rs.printSecondaryReplicationInfo()` and `rs.status()` as the shells of MongoDB print them. */
export function membersOf(notes: readonly { text: string; evidence: number }[]): Members {
  const ofSet = notes.filter(({ text }) => /secondaryDelaySecs|slaveDelay|behind the primary/.test(text));
  return {
    delays: ofSet.flatMap(({ text, evidence }) =>
      partsBy(text, /\bhost"?: ?['"]/).flatMap(({ host, rest }) => {
        const delay = Number(/(?:secondaryDelaySecs|slaveDelay)"?: ?(?:\w{0,10}Long\()?['"]?(\d+)/.exec(rest)?.[1]);
        return delay > 0 ? [{ host, delay, evidence }] : [];
      }),
    ),
    lags: ofSet.flatMap(({ text, evidence }) =>
      partsBy(text, /\bsource: /).flatMap(({ host, rest }) => {
        const behind = Number(/(-?\d+) secs \([^)]*\) behind the (?:primary|freshest)/.exec(rest)?.[1]);
        return Number.isNaN(behind) ? [] : [{ host, behind, evidence }];
      }),
    ),
    ill: notes.some(({ text }) => ILL.test(text) && /\b(?:PRIMARY|SECONDARY)\b/.test(text)),
  };
}

/** The parts of a text that begin with a host, each with what follows it. */
const partsBy = (text: string, mark: RegExp): { host: string; rest: string }[] =>
  text
    .split(mark)
    .slice(1)
    .map((part) => ({ host: /^[\w.-]+/.exec(part)?.[0] ?? '', rest: part.slice(0, MOST) }));
