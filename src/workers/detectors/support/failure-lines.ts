import { citedBy, type LogLine } from './log-lines.ts';
import { isIpAddress, parseHostPort } from './names.ts';

/** A way in which programs tell of one failure; the named groups `host` and `port` say whom it concerns. */
export type FailurePattern<Kind extends string> = { kind: Kind; pattern: RegExp };

/** Lines that tell of the same failure of the same peer. */
export type FailureGroup<Kind extends string> = {
  kind: Kind;
  host: string | null;
  port: string | null;
  lines: LogLine[];
  evidence: number[];
};

/** Sorts lines into failures by the first pattern that matches each; the largest group comes first. */
export function groupFailures<Kind extends string>(
  lines: LogLine[],
  patterns: readonly FailurePattern<Kind>[],
): FailureGroup<Kind>[] {
  const groups = new Map<string, FailureGroup<Kind>>();
  for (const line of lines) {
    const failure = failureOf(line, patterns);
    if (!failure) continue;
    const key = `${failure.kind} ${failure.host} ${failure.port}`;
    const group = groups.get(key) ?? { ...failure, lines: [], evidence: [] };
    group.lines.push(line);
    groups.set(key, group);
  }
  const found = mergeUnnamed([...groups.values()]);
  for (const group of found) group.evidence = citedBy(group.lines);
  return found.sort((left, right) => right.lines.length - left.lines.length);
}

function failureOf<Kind extends string>({ body, peer: told }: LogLine, patterns: readonly FailurePattern<Kind>[]) {
  for (const { kind, pattern } of patterns) {
    const match = pattern.exec(body);
    if (!match) continue;
    const { host, port } = match.groups ?? {};
    const named = host ? parseHostPort(port ? `${host}:${port}` : host) : null;
    const peer = betterName(named, told ?? null);
    return { kind, host: peer?.host ?? null, port: peer?.port ?? null };
  }
  return null;
}

type Peer = { host: string; port: string | null };

/** The peer's name says more than its address; the message's own port counts. */
function betterName(named: Peer | null, told: Peer | null): Peer | null {
  if (!named || !told || !isIpAddress(named.host) || isIpAddress(told.host)) return named ?? told;
  return { host: told.host, port: named.port ?? told.port };
}

/** Lines that name no peer join the only peer that has the same failure. */
function mergeUnnamed<Kind extends string>(groups: FailureGroup<Kind>[]): FailureGroup<Kind>[] {
  return groups.filter((group) => {
    if (group.host !== null) return true;
    const named = groups.filter((other) => other.kind === group.kind && other.host !== null);
    if (named.length !== 1 || !named[0]) return true;
    named[0].lines = [...named[0].lines, ...group.lines].sort((left, right) =>
      (left.at ?? '').localeCompare(right.at ?? ''),
    );
    return false;
  });
}
