import { oneLine } from '../../detectors/support/text.ts';
import type { Consequence, ReadChange } from './harm.ts';

/** What a runtime keeps for as long as the process runs, by its kind, and how it is made out of data. */
const KEPT: readonly [string, RegExp][] = [
  [
    'atoms',
    /\bString\.to_atom\b|\bList\.to_atom\b|\b(?:binary|list)_to_atom\(|(?<![\w:]):"[^"]*#\{|\bModule\.concat\(|keys:\s*:atoms\b(?!!)/,
  ],
  ['symbols', /\.to_sym\b|\.intern\b(?!\()|\bSymbol\.for\(|symbolize_(?:names|keys)\s*[:(]?/],
  ['interned texts', /\.intern\(\)|\bsys\.intern\(|string\.Intern\(|String\.Intern\(/],
  [
    'classes',
    /new URLClassLoader\(|GroovyShell\(|GroovyClassLoader\(|defineClass\(|CompileToMethod|CSharpScript\.|AssemblyBuilder\.|Assembly\.Load\(|\btype\(\s*f["']|Class\.new\(|new Function\(|new XmlSerializer\([^)]*,/,
  ],
];

const FULL =
  /\batoms?\b|atom_|_atom|symbol|intern(?:ed)?\b|metaspace|perm ?gen|class(?:es)?_loaded|loaded_class|code ?cache|system_limit|index entries|erl_crash|memor|heap|\boom/i;

/** Names that are made out of data and never freed: ever new ones fill the table in which the runtime keeps them. */
export function endlessNames({ added, removed }: ReadChange): Consequence[] {
  for (const [kind, makes] of KEPT) {
    const line = added.find((one) => makes.test(one));
    if (line === undefined || removed.some((one) => makes.test(one))) continue;
    return [
      {
        why: `it makes ${kind} out of data, which the runtime never frees, so that its table of them fills without limit: "${oneLine(line, 80)}"`,
        shows: FULL,
        isPlain: true,
      },
    ];
  }
  return [];
}
