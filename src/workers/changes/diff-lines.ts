/** The lines that a diff takes away and adds, of code only: see `codeLines`. */
export type DiffLines = { removed: string[]; added: string[] };

const MAX_LINES = 600;
const MAX_LINE = 400;

/**
 * The changed lines of a unified diff without what no program does anything by: comments, blank lines, imports, log calls, metrics
 * and traces, handing on of errors. Lines that were only moved or indented are on neither side.
 */
export function diffLines(diff: string): DiffLines {
  const lines = diff.split('\n', MAX_LINES).map((line) => line.slice(0, MAX_LINE));
  const removed = codeLines(lines.filter((line) => /^-(?!--)/.test(line)).map((line) => line.slice(1)));
  const added = codeLines(lines.filter((line) => /^\+(?!\+\+)/.test(line)).map((line) => line.slice(1)));
  return { removed: without(removed, added), added: without(added, removed) };
}

/** True for a diff that changes any line at all, code or not. */
export const hasChangedLines = (diff: string): boolean => /^[+-](?![+-]{2})/m.test(diff);

function without(lines: string[], others: string[]): string[] {
  const left = new Map<string, number>();
  for (const line of others) left.set(bare(line), (left.get(bare(line)) ?? 0) + 1);
  return lines.filter((line) => {
    const count = left.get(bare(line)) ?? 0;
    left.set(bare(line), count - 1);
    return count <= 0;
  });
}

const bare = (line: string) => line.replace(/\s+/g, '');

const COMMENT = /^\s*(?:\/\/|#(?!include|define|!?\[)|\/?\*|--\s|<!--|;|""").*$/;
const TRAILING_COMMENT = /\s(?:\/\/|#\s).*$/;
const OPENS_NOTHING = /^[\s{}()[\];,]*$/;
const IMPORT = /^\s*(?:import\b|from\s+\S+\s+import\b|#include\b|using\s+\w|package\s+\w|require\s*\(|"[\w./-]+"$)/;
const TELLS_ONLY =
  /^\s*(?:[\w.]*\b(?:log|logger|logging|slog|console|LOG_[A-Z]+)\b[\w.]*\(|[\w.]*(?:printf|println|print)\(|fmt\.Print|logger\s*=)/i;
const MEASURES_ONLY =
  /\b(?:prometheus|opentelemetry|otel|statsd|metrics?_?)\b[\w.]*[.(]|\bspan\.|\bnew (?:\w+\.)?(?:Gauge|Counter|Histogram|Summary)\(|\b(?:Inc|Observe|increment|SetAttributes)\(/;
const HANDS_ON_ERRORS =
  /^\s*(?:if\s*\(?err\s*[!=]=\s*(?:nil|null|undefined).*|return\s+(?:nil|null|None)?,?\s*err;?|return\s+(?:nil,\s*)?(?:fmt\.Errorf|errors\.\w+)\(.*|\}\s*else\s*\{|.*\bhttp\.Error\(.*|.*\bwrite_?Error\(.*|.*\bw\.(?:Header|WriteHeader)\b.*|raise\s*$)\s*;?\s*\}?$/i;

/** What is left of some lines that a program runs by; a log call may go over several lines. */
function codeLines(lines: string[]): string[] {
  const kept: string[] = [];
  let open = 0;
  for (const line of lines) {
    const code = line.replace(TRAILING_COMMENT, '');
    if (open > 0) {
      open += parentheses(code);
      continue;
    }
    if (TELLS_ONLY.test(code)) {
      open = Math.max(0, parentheses(code));
      continue;
    }
    const idle = COMMENT.test(line) || OPENS_NOTHING.test(code) || IMPORT.test(code);
    if (!idle && !MEASURES_ONLY.test(code) && !HANDS_ON_ERRORS.test(code)) kept.push(code.trim());
  }
  return kept;
}

const parentheses = (text: string) => (text.match(/[([{]/g)?.length ?? 0) - (text.match(/[)\]}]/g)?.length ?? 0);
