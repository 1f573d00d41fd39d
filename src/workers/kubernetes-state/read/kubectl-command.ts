import { kindOf } from './kind-names.ts';

/** A kubectl command line taken apart; null members were not told. */
export type KubectlCommand = {
  verb: 'get' | 'describe' | 'logs' | 'events' | 'top' | 'exec' | 'other';
  kinds: string[];
  name: string | null;
  /** `*` for all namespaces. */
  namespace: string | null;
  output: string | null;
  container: string | null;
  selector: string | null;
  previous: boolean;
  /** True when the list was cut down by a pipe, a name, a selector or a field selector. */
  narrowed: boolean;
  /** True when lines were searched for a word. */
  filter: string | null;
  /** What was run inside a container, null for other verbs. */
  inside: string | null;
};

/** A command of which nothing is known. */
export const NO_COMMAND: KubectlCommand = {
  verb: 'other',
  kinds: [],
  name: null,
  namespace: null,
  output: null,
  container: null,
  selector: null,
  previous: false,
  narrowed: true,
  filter: null,
  inside: null,
};

const WITH_VALUE: Record<
  string,
  keyof Pick<KubectlCommand, 'namespace' | 'output' | 'container' | 'selector'> | 'skip'
> = {
  '-n': 'namespace',
  '--namespace': 'namespace',
  '-o': 'output',
  '--output': 'output',
  '-c': 'container',
  '--container': 'container',
  '-l': 'selector',
  '--selector': 'selector',
  '--field-selector': 'skip',
  '--tail': 'skip',
  '--since': 'skip',
  '--context': 'skip',
  '--kubeconfig': 'skip',
  '--sort-by': 'skip',
  '--limit-bytes': 'skip',
};

/** A word of a command line; spaces in quotes are a part of it, a quote that never ends is a letter. */
const WORD = /(?:[^\s'"]|'[^']*'|"[^"]*"|['"])+/g;

const KUBECTL = /(?:^|[/\\])(?:kubectl(?:\.exe)?|oc|kubecolor)$/;

/** `k` is what many call it. */
const isAlias = (words: string[]): boolean =>
  /^(?:(?:sudo|\$) )?k (?:(?:-n|--namespace|--context) \S+ )?(?:get|describe|logs?|exec|top|events|rollout)\b/.test(
    words.join(' '),
  );

/** Takes a command line apart; null where it is no kubectl (or oc) command. */
export function parseKubectl(command: string): KubectlCommand | null {
  const [line = '', ...pipes] = command.split('|').map((part) => part.trim());
  const words: string[] = line.match(WORD) ?? [];
  const named = words.findIndex((word) => KUBECTL.test(word));
  const start = named === -1 && isAlias(words) ? words.indexOf('k') : named;
  if (start === -1) return null;
  // minikube hands on what stands after the dashes.
  const parsed = readWords(words.slice(words[start + 1] === '--' ? start + 2 : start + 1));
  // What `grep -v` leaves out is no search for a word.
  const searches = pipes.filter((pipe) => !/^[ez]?grep\s+(?:-\S+\s+)*(?:-\w*v|--invert-match)/.test(pipe));
  const grep = searches.map((pipe) => /^[ez]?grep\s+(?:-\S+\s+)*["']?([^"'\s]+)/.exec(pipe)?.[1]).find(Boolean) ?? null;
  const narrowed = parsed.narrowed || pipes.some((pipe) => /^(?:[ez]?grep|head|tail|awk)\b/.test(pipe));
  return { ...parsed, narrowed, filter: grep };
}

function readWords(words: string[]): KubectlCommand {
  const { flags, plain } = splitFlags(words);
  const [verb = '', first, second] = plain;
  const { kinds, name } = target(/^(?:logs|exec|debug)$/.test(verb) ? ['pod', first] : [first, second]);
  return {
    // A debugging container runs its command where the pod or the node is.
    verb:
      verb === 'debug'
        ? 'exec'
        : ((['get', 'describe', 'logs', 'events', 'top', 'exec'] as const).find((known) => known === verb) ?? 'other'),
    kinds,
    name,
    namespace: flags.has('-A') || flags.has('--all-namespaces') ? '*' : (flags.get('namespace') ?? null),
    output: flags.get('output') ?? null,
    container: flags.get('container') ?? null,
    selector: flags.get('selector') ?? null,
    previous: flags.has('--previous') || flags.has('-p'),
    narrowed: name !== null || flags.has('selector') || flags.has('--field-selector'),
    filter: null,
    inside: verb === 'exec' || verb === 'debug' ? insideOf(words) : null,
  };
}

/** The command after `--`, or after the pod where the dashes were left out. */
function insideOf(words: string[]): string | null {
  const at = words.indexOf('--');
  return at === -1 ? null : words.slice(at + 1).join(' ');
}

function splitFlags(words: string[]): { flags: Map<string, string>; plain: string[] } {
  const flags = new Map<string, string>();
  const plain: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (word === '--') break;
    const [flag = '', inline] = word.startsWith('--')
      ? word.split('=', 2)
      : [word.slice(0, 2), word.slice(2) || undefined];
    const meaning = word.startsWith('-') && Object.hasOwn(WITH_VALUE, flag) ? WITH_VALUE[flag] : undefined;
    if (!word.startsWith('-')) plain.push(word);
    else if (meaning) flags.set(meaning === 'skip' ? flag : meaning, inline?.replace(/^=/, '') ?? words[++index] ?? '');
    else flags.set(word.split('=')[0] ?? word, '');
  }
  return { flags, plain };
}

function target([first, second]: (string | undefined)[]): { kinds: string[]; name: string | null } {
  if (!first) return { kinds: [], name: null };
  const slashed = (second ?? first).includes('/') ? (second ?? first).split('/', 2) : null;
  if (slashed) return { kinds: known([slashed[0] ?? '']), name: slashed[1] ?? null };
  return { kinds: known(first.split(',')), name: second ?? null };
}

const known = (names: string[]): string[] => names.flatMap((name) => (name === 'all' ? ['all'] : (kindOf(name) ?? [])));

/** The name that a selector gives an object by one of the usual labels; null where it has none. */
export const nameInSelector = (selector: string | null): string | null =>
  /(?:^|[,=/])(?:app|name|service|component|k8s-app|[\w.-]*\.service)=([\w.-]+)/.exec(selector ?? '')?.[1] ?? null;
