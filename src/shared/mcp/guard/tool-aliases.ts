import { createHash } from 'node:crypto';

/** Names for one request's tools that the API takes, and the way back. */
export type ToolAliases = {
  /** The name that the model sees. */
  aliasOf(name: string): string;
  /** What the model meant; null for a name that was never given to it. */
  nameOf(alias: string): string | null;
};

/** What the API takes as the name of a function: letters, digits, `_` and `-`, at most 64. */
const MOST_CHARACTERS = 64;
const HASH_CHARACTERS = 8;

/**
 * Aliases for tool names: MCP allows 128 characters with dots, OpenAI 64 without. Names that would become the same, or are
 * too long, get a hash of the whole name at their end. No two names share an alias, whatever a server calls its tools.
 */
export function createToolAliases(names: readonly string[]): ToolAliases {
  const unique = [...new Set(names)];
  const plain = Map.groupBy(unique, plainAlias);
  const isPlain = (name: string) => {
    const alias = plainAlias(name);
    return plain.get(alias)!.length === 1 && alias.length <= MOST_CHARACTERS;
  };
  const back = new Map(unique.filter(isPlain).map((name) => [plainAlias(name), name]));
  for (const name of unique.filter((one) => !isPlain(one))) {
    let alias = hashedAlias(name);
    // A server may have given a tool the very name that another's alias would be.
    for (let salt = 1; back.has(alias); salt++) alias = hashedAlias(name, salt);
    back.set(alias, name);
  }
  const aliases = new Map([...back].map(([alias, name]) => [name, alias]));
  return {
    aliasOf: (name) => aliases.get(name) ?? hashedAlias(name),
    nameOf: (alias) => back.get(alias) ?? null,
  };
}

/** Any text as a name that the API takes: a model's own invention has to be sent back to it. */
export function plainAlias(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]/g, '_') || '_';
}

function hashedAlias(name: string, salt = 0): string {
  const text = salt === 0 ? name : `${name} ${salt}`;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, HASH_CHARACTERS);
  return `${plainAlias(name).slice(0, MOST_CHARACTERS - HASH_CHARACTERS - 1)}_${hash}`;
}
