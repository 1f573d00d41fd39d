const MAX_LINES = 600;
const MAX_LINE = 400;

/** A version of a library as a line of a diff tells it, with the sign of that line. */
export type Version = { sign: string; name: string; version: string };

/** Of a file of another form every version stands in a line of its own, below the name of what it is of. */
const NAMED_ABOVE =
  /<artifactId>([\w.-]+)<|\bInclude="([\w.-]+)"|^\s*name = "([\w.-]+)"|^\s*"node_modules\/(?:@[\w-]+\/)?([\w.-]+)"/;
const ALONE = /^\s*(?:<(?:[\w.-]*\.)?version>|version = "|"version": ")v?(\d+\.\d+(?:\.\d+)*)/i;
const REFERENCE = /\bInclude="([\w.-]+)"[^>]{0,80}\bVersion="(\d+\.\d+(?:\.\d+)?)/;
const TOGETHER = /["']?([\w@./-]+?)["']?[\s:=@,]+["'^~=<>]*\s?v?(\d+\.\d+(?:\.\d+)?)/;

/** Go tells the major version by the path, too. */
const OF_MAJOR = /\/v\d{1,3}$/;

/** The versions that the lines of a diff tell, in whatever file of dependencies. */
export function versionsIn(detail: string): Version[] {
  let above = '';
  return detail.split('\n', MAX_LINES).flatMap((line): Version[] => {
    const [sign, text] = [line.slice(0, 1), line.slice(1, MAX_LINE)];
    above =
      NAMED_ABOVE.exec(text)
        ?.slice(1)
        .find((name) => name !== undefined) ?? above;
    const reference = REFERENCE.exec(text);
    if (reference) return [{ sign, name: reference[1]!, version: reference[2]! }];
    const alone = ALONE.exec(text);
    if (alone) return [{ sign, name: above || 'library', version: alone[1]! }];
    const match = TOGETHER.exec(text);
    return match ? [{ sign, name: match[1]!.replace(OF_MAJOR, ''), version: match[2]! }] : [];
  });
}
