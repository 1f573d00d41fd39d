/** How programs that copy something away say that they could not. */
const REFUSAL =
  /permission denied|access ?denied|forbidden|no space left|quota|connection (?:refused|reset|timed out)|timed? ?out|no route to host|host key|could not resolve|unknown host|no such (?:file|bucket|host)|NoSuchBucket|not found|read-only file system|expired|invalid ?(?:access|credential|token|key)|unable to|could not|cannot|mismatch|\b(?:error|fatal)\b/i;
/** The decisive words among them. */
const DECISIVE =
  /permission denied|access ?denied|forbidden|no space left on device|disk quota exceeded|connection (?:refused|reset|timed out)|no route to host|no such (?:file or directory|bucket|host)|NoSuchBucket|read-only file system|expired/i;
/** So near to what the server says of its copy the program says why. */
const NEAR = 3;
const MOST = 110;

/** What the program that copies said next to the failures that the server logged; null where it said nothing. */
export function whatRefused(lines: readonly string[], failed: RegExp): string | null {
  const at = lines.findLastIndex((line) => failed.test(line));
  for (let back = at; back >= 0; back -= 1) {
    if (!failed.test(lines[back] ?? '')) continue;
    const near = [...lines.slice(Math.max(0, back - NEAR), back).toReversed(), ...lines.slice(back + 1, back + NEAR)];
    const said = near.filter((line) => REFUSAL.test(line) && !isOfServer(line, failed));
    const line = said.find((one) => DECISIVE.test(one)) ?? said[0];
    if (line) return shortened(line.trim());
  }
  return null;
}

/** What the server itself says of its command, its statements and its checkpoints. */
const isOfServer = (line: string, failed: RegExp): boolean =>
  failed.test(line) ||
  /DETAIL:|checkpoint|STATEMENT:|\bERROR: {1,4}(?:relation|column|duplicate|deadlock|syntax)/.test(line);

/** A line with its decisive words, which often stand at its end. */
function shortened(line: string): string {
  const decisive = DECISIVE.exec(line);
  if (!decisive || decisive.index + decisive[0].length <= MOST + 60) return line.slice(0, MOST + 60);
  return `${line.slice(0, MOST)} … ${decisive[0]}`;
}

/** A command of somebody's sudo that changes whose something is, or takes it away. */
const CHANGED =
  /sudo(?:\[\d+\])?: +(\S{1,40}) :[^\n]{0,200}COMMAND=(\S{0,40}\b(?:chown|chmod|chgrp|setfacl|rm|mv|umount)\b[^\n]{0,160})/g;
/** A path that is deep enough to be told from any other. */
const PATH = /\/[\w.-]{2,60}(?:\/[\w.-]{1,60}){1,12}/g;

/** Who changed what the refusal is about, by the log of sudo. */
export function whoChanged(
  notes: readonly { text: string; evidence: number }[],
  refused: string,
): { text: string; evidence: number } | null {
  for (const { text, evidence } of notes)
    for (const [, who, command = ''] of text.matchAll(CHANGED)) {
      const paths = command.replace(/^\S+/, '').match(PATH) ?? [];
      if (paths.some((path) => refused.includes(path)))
        return { text: `${who} ran ${command.trim().slice(0, 90)}`, evidence };
    }
  return null;
}
