import type { KnownNames } from './known-names.ts';
import { type Placeholder, placeholdersIn } from './placeholders.ts';

/** A command whose placeholders are names now, or the first that stays open, as `POD_NAME`. */
export type Filled = { command: string } | { open: string };

/**
 * Puts names where a command leaves them open, each only where exactly one is possible. `names` is asked only where something is open;
 * `isName` tells a real name from a word that only looks like a placeholder.
 */
export function fillPlaceholders(command: string, names: () => KnownNames, isName: (word: string) => boolean): Filled {
  const open = placeholdersIn(command, isName);
  let filled = '';
  let end = 0;
  for (const placeholder of open) {
    const name = onlyName(placeholder, names());
    if (name === null) return { open: inCapitals(placeholder.text) };
    filled += command.slice(end, placeholder.index) + name;
    end = placeholder.index + placeholder.text.length;
  }
  return { command: filled + command.slice(end) };
}

function onlyName({ kind, prefix }: Placeholder, names: KnownNames): string | null {
  const possible = kind ? names[kind].filter((name) => name.startsWith(prefix)) : [];
  return possible.length === 1 ? (possible[0] ?? null) : null;
}

const inCapitals = (text: string) =>
  text
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '')
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_') || 'a name';
