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
 * too long, get a hash of the whole name at their end, so that every alias leads back to one name.
 */
export function createToolAliases(names: readonly string[]): ToolAliases {
  const plain = Map.groupBy(names, plainAlias);
  const aliases = new Map(
    names.map((name) => {
      const alias = plainAlias(name);
      const alone = plain.get(alias)?.length === 1 && alias.length <= MOST_CHARACTERS;
      return [name, alone ? alias : hashedAlias(name)];
    }),
  );
  const back = new Map([...aliases].map(([name, alias]) => [alias, name]));
  return {
    aliasOf: (name) => aliases.get(name) ?? hashedAlias(name),
    nameOf: (alias) => back.get(alias) ?? null,
  };
}

/** Any text as a name that the API takes: a model's own invention has to be sent back to it. */
export function plainAlias(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]/g, '_') || '_';
}

function hashedAlias(name: string): string {
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH_CHARACTERS);
  return `${plainAlias(name).slice(0, MOST_CHARACTERS - HASH_CHARACTERS - 1)}_${hash}`;
}
