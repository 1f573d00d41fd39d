import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What the variables of a configuration file stand for; `onFile` is told of files whose content is put in. */
export type VariableScope = { env: Environment; folder: string; onFile?: (path: string) => void };

/** `${NAME}`, `${NAME:-fallback}` (Claude), `${env:NAME}`, `${userHome}`, `${workspaceFolder}` (Cursor, VS Code), `${file:/path}` (ours). */
const VARIABLE = /\$\{(?:(env|file|input):)?([^}:]+)(?::-([^}]*))?\}/g;
/** The same for one kind only: what is read again at every request. */
const FILE_VARIABLE = /\$\{file:([^}]+)\}/g;

/** The text with its variables replaced; `fault` is called with what is wrong and what to do, once per variable that cannot be. */
export function expandVariables(text: string, scope: VariableScope, fault: (message: string) => void): string {
  return text.replaceAll(VARIABLE, (match, kind: string | undefined, name: string, fallback: string | undefined) => {
    if (kind === 'file') scope.onFile?.(name);
    const found = kind === 'file' ? fileText(name, fault) : variableOf(kind, name, scope, fault);
    if (found === null) return match;
    if (found === undefined && fallback === undefined) fault(`the variable ${name} is not set`);
    return found ?? fallback ?? '';
  });
}

/** Like expandVariables, but leaves `${file:/path}` in place for readFileVariables; a file that cannot be read is a fault now. */
export function expandButFiles(text: string, scope: VariableScope, fault: (message: string) => void): string {
  const parts = text.split(/(\$\{file:[^}]+\})/);
  return parts
    .map((part) => {
      if (!part.startsWith('${file:')) return expandVariables(part, scope, fault);
      readFileVariables(part, fault);
      return part;
    })
    .join('');
}

/** The text with `${file:/path}` replaced by what is in the file now, without the blank space around it. */
export function readFileVariables(text: string, fault: (message: string) => void = () => {}): string {
  return text.replaceAll(FILE_VARIABLE, (_match, path: string) => fileText(path, fault) ?? '');
}

/** Null where the text is to stay as it is: `${...}` of a shell is none of ours. */
function variableOf(
  kind: string | undefined,
  name: string,
  { env, folder }: VariableScope,
  fault: (message: string) => void,
): string | undefined | null {
  if (kind === 'input') {
    fault(`\${input:${name}} would have to be asked for: use \${env:NAME} or \${file:/path} instead`);
    return '';
  }
  if (kind === undefined && name === 'userHome') return homedir();
  if (kind === undefined && name === 'workspaceFolder') return folder;
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? env[name] : null;
}

function fileText(path: string, fault: (message: string) => void): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    fault(
      `the file ${path} cannot be read (${(error as NodeJS.ErrnoException).code}): give the path of a readable file`,
    );
    return '';
  }
}
