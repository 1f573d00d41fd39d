import { type Target, type TargetGroup, targetState } from './target-group.ts';

const MAX_LINES = 2000;
const STATE = /^(?:un)?healthy$|^(?:In|OutOf)Service$|^unavailable$|^draining$|^initial$|^unused$/i;
const ID = /^(?:i-[0-9a-f]{2,20}|\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}|arn:aws:\S+)$/i;
const REASON = /^(?:Target|Elb)\.\w{3,60}$/;

/** What the tables, columns and outlines say that the command lines of clouds print; null where the text tells of no target. */
export function targetsInText(text: string, named: string | null, evidence: number): TargetGroup | null {
  const lines = text.split('\n', MAX_LINES).map((line) => line.slice(0, 600));
  const targets = lines.some((line) => /^\s*(?:- )?healthState:/.test(line)) ? outlined(lines) : listed(lines);
  const empty = /^\|\s*DescribeTargetHealth\s*\|$/m.test(text) && !/\bTargetHealth/.test(text);
  if (targets.length === 0 && !empty) return null;
  return { name: named, balancer: null, check: null, targets, asked: true, evidence: [evidence] };
}

type Draft = Omit<Target, 'state'> & { state: string | null };

const draft = (id: string): Draft => ({ id, port: null, state: null, reason: null, says: null });

const finished = (drafts: Draft[]): Target[] =>
  drafts.flatMap(({ state, ...one }) => (state === null ? [] : [{ ...one, state: targetState(state) }]));

/** Rows with a target in each, and pages that tell a target member by member (`Id | i-0ab`, `State | unhealthy`). */
function listed(lines: string[]): Target[] {
  const found: Draft[] = [];
  for (const line of lines) {
    const cells = line
      .split(/\||\t|\s{2,}/)
      .map((cell) => cell.trim())
      .filter((cell) => cell !== '');
    const words = cells.length === 1 ? (cells[0]?.split(/\s+/) ?? []) : cells;
    const id = words.find((word) => ID.test(word));
    if (id) found.push(draft(id));
    const last = found.at(-1);
    if (last) fill(last, words);
  }
  return finished(found);
}

function fill(target: Draft, words: string[]): void {
  const [key] = words.length === 2 ? words : [];
  target.says ??=
    words.find((word) => word.includes(' ') && /\b(?:health|request|response|regist)/i.test(word)) ?? null;
  if ((key === undefined || key === 'Port' || ID.test(key)) && target.port === null)
    target.port = words.find((word) => /^\d{1,5}$/.test(word)) ?? null;
  target.state ??= words.find((word) => STATE.test(word)) ?? null;
  target.reason ??= words.find((word) => REASON.test(word)) ?? null;
}

/** The outline that gcloud prints: a state first, then the members of the same target. */
function outlined(lines: string[]): Target[] {
  const found: Draft[] = [];
  for (const line of lines) {
    const [, key = '', value = ''] =
      /^\s*(?:- )?(healthState|ipAddress|instance|port):\s*['"]?([^'"\s]+)/.exec(line) ?? [];
    if (key === 'healthState') found.push({ ...draft(''), state: value });
    const last = found.at(-1);
    if (!last || key === '') continue;
    if (key === 'port') last.port = value;
    if (key === 'ipAddress' || (key === 'instance' && last.id === '')) last.id = value.split('/').at(-1) ?? '';
  }
  return finished(found.filter(({ id }) => id !== ''));
}
