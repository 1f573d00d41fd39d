/** How nslookup and host say that a name does not exist. */
const MISS = /^\*\* server can't find ([\w.-]{1,253}): NXDOMAIN|^Host ([\w.-]{1,253}) not found: 3\(NXDOMAIN\)/;
/** How they say that one does, before its address. */
const FOUND = /^Name:\s+([\w.-]{1,253})$|^([\w.-]{1,253}) has (?:IPv6 )?address \S/;

const first = (pattern: RegExp, line: string): string | null => {
  const [, one, other] = pattern.exec(line.trim()) ?? [];
  return one ?? other ?? null;
};

/**
 * The lines of an answer without the misses of search domains: whoever asks for a short name asks for it below every domain of the search
 * list (resolv.conf(5)), of which one holds it. What was found below none of them keeps its misses.
 */
export function withoutSearchMisses(command: string, lines: string[]): string[] {
  const found = lines.flatMap((line) => first(FOUND, line) ?? []);
  if (found.length === 0) return lines;
  const asked = command.trim().split(/\s+/).slice(1);
  const isSearched = (missed: string): boolean =>
    asked.some(
      (name) =>
        missed !== name &&
        missed.startsWith(`${name}.`) &&
        found.some((one) => one === name || one.startsWith(`${name}.`)),
    );
  return lines.filter((line) => {
    const missed = first(MISS, line);
    return missed === null || !isSearched(missed);
  });
}
