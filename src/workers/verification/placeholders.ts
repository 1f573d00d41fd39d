import { NAME_KINDS, type NameKind } from './known-names.ts';
import { isCut, kindAtPlace, textBefore } from './placeholder-place.ts';

/** What stands in a command for a name that its writer did not know. */
export type Placeholder = {
  index: number;
  /** As it stands in the command. */
  text: string;
  /** What it stands for; null where no name that we know of could. */
  kind: NameKind | null;
  /** What the name begins with, where only its end is open (`shop-xxxxx`). */
  prefix: string;
};

const KIND_WORDS: Record<string, NameKind> = {
  ...Object.fromEntries(NAME_KINDS.map((kind) => [kind, kind])),
  ns: 'namespace',
  podname: 'pod',
  deploy: 'deployment',
  sts: 'statefulset',
  ds: 'daemonset',
  svc: 'service',
  app: 'service',
  application: 'service',
  hostname: 'host',
  domain: 'host',
  fqdn: 'host',
};
const FILLERS = new Set(
  'name your my the a of target affected failing source here insert replace actual some example'.split(' '),
);
const OTHER_WORDS = new Set(
  'port ip address database db table pid id secret configmap cronjob job pvc version revision image tag url user username password path label selector key value cluster context region instance queue topic release date'.split(
    ' ',
  ),
);

const EDGE = `(?<=^|[\\s=/"':,@.-])`;
const END = `(?=$|[\\s"'/:,.])`;

/** Spellings that are nothing else, wherever they stand. */
const ANGLE = new RegExp(`${EDGE}<([A-Za-z][\\w.-]{0,40}(?: [\\w.-]{1,40}){0,4})>${END}`, 'g');
const BRACES = /\{\{ ?\.?([A-Za-z][\w-]{0,40}) ?\}\}|(?<![${])\{([A-Za-z][\w-]{0,40})\}(?!\})/g;
const BRACKETS = /(?<=[\s=/])\[([A-Za-z][\w -]{0,40})\](?=$|[\s"'/:,])/g;
const VARIABLE = /(?<!\\)\$(?:\{([A-Za-z_]\w{0,60})\}|([A-Za-z_]\w{0,60}))/g;
/** Words that could be names, were they not made of the words for names. */
const CAPITALS = new RegExp(`${EDGE}([A-Z][A-Z0-9]*(?:[_-][A-Z0-9]+)*)(?![\\w=>}-]|:\\.)`, 'g');
const YOURS = new RegExp(`${EDGE}((?:your|my|some|example)[-_][a-z0-9][\\w-]{0,60})${END}`, 'g');
const CROSSES = new RegExp(
  `(?<=^|[\\s=/"':,@])((?:[a-z0-9]+-){0,8})(?:x{3,}|X{3,})(?:-(?:x{3,}|y{3,}|z{3,}))*${END}`,
  'g',
);
const DOTS = /(?<=\s)(?:\.{3}|…)(?=$|\s)/g;

/** What a shell knows by itself, and what must not stand in a report: a password stays a variable. */
const OF_THE_SHELL = /^(?:HOME|USER|PWD|HOSTNAME|KUBECONFIG|PATH|TZ)$|PASS|PWD|TOKEN|SECRET|KEY/i;

/** Words of a go-template, which stand in braces as well. */
const TEMPLATE_WORDS = /^(?:end|else|break|continue)$/;

/** Every placeholder of a command, in the order in which they stand; `isName` tells a word that looks like one from a real name. */
export function placeholdersIn(command: string, isName: (word: string) => boolean): Placeholder[] {
  const found: Placeholder[] = [];
  const look = (pattern: RegExp, accept: (words: string, index: number, whole: string) => boolean) => {
    for (const match of command.matchAll(pattern)) {
      const words = match.slice(1).find((group) => group !== undefined) ?? '';
      if (accept(words, match.index, match[0])) found.push(placeholder(command, match.index, match[0], words));
    }
  };
  look(ANGLE, () => true);
  look(BRACES, (words, _index, whole) =>
    whole.startsWith('{{') ? !whole.includes('.') && !TEMPLATE_WORDS.test(words) : isWordForNames(words),
  );
  look(BRACKETS, isWordForNames);
  look(
    VARIABLE,
    (name, index) =>
      !isLiteral(command, index) && !OF_THE_SHELL.test(name) && (/^[A-Z]/.test(name) || isWordForNames(name)),
  );
  look(CAPITALS, (words, index) => isWordForNames(words) && !isCut(command, index) && hasPlace(command, index, words));
  look(
    YOURS,
    (words, index, whole) =>
      !isCut(command, index) && !isName(whole) && (words.startsWith('your') || isWordForNames(words)),
  );
  look(DOTS, (_words, index) => !isCut(command, index));
  for (const match of command.matchAll(CROSSES))
    if (!isCut(command, match.index) && !(match[1] && isName(match[0])))
      found.push({ ...placeholder(command, match.index, match[0], ''), prefix: match[1] ?? '' });
  const ordered = found.sort((left, right) => left.index - right.index);
  return ordered.filter(
    (one, index) => !ordered.slice(0, index).some((before) => one.index < before.index + before.text.length),
  );
}

function placeholder(command: string, index: number, text: string, words: string): Placeholder {
  const said = kindSaid(words);
  const place = kindAtPlace(command, index);
  // A host may be called by the name of a service; anywhere else the place in the command decides.
  const kind = said === 'other' ? null : place === 'host' ? (said ?? place) : (place ?? said);
  return { index, text, kind, prefix: '' };
}

const wordsOf = (text: string): string[] =>
  text
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '');

/** The kind that the words of a placeholder tell, null where they tell none, `other` where what they tell is no name of ours. */
function kindSaid(text: string): NameKind | 'other' | null {
  const words = wordsOf(text);
  const kinds = new Set(words.flatMap((word) => (Object.hasOwn(KIND_WORDS, word) ? (KIND_WORDS[word] ?? []) : [])));
  const rest = words.filter((word) => !Object.hasOwn(KIND_WORDS, word) && !FILLERS.has(word));
  const [only] = kinds;
  if (kinds.size > 1 || rest.some((word) => OTHER_WORDS.has(word))) return 'other';
  return only ?? (rest.some((word) => word.length > 1 && !/^x+$/.test(word)) ? 'other' : null);
}

function isWordForNames(text: string): boolean {
  const words = wordsOf(text);
  return (
    words.length > 0 &&
    words.every((word) => Object.hasOwn(KIND_WORDS, word) || FILLERS.has(word) || OTHER_WORDS.has(word)) &&
    !words.every((word) => word !== 'name' && FILLERS.has(word))
  );
}

/** The languages of databases have words in capitals of their own: there a bare one counts only where a name must stand. */
function hasPlace(command: string, index: number, words: string): boolean {
  const database = /(?:^|\s)(?:redis-cli|psql|mysql|mongosh)\s/.test(textBefore(command, index));
  return !database || /[_-]/.test(words) || kindAtPlace(command, index) !== null;
}

/** True between single quotes, where a shell expands nothing. */
function isLiteral(command: string, index: number): boolean {
  const bare = command.slice(0, index).replace(/"(?:[^"\\]|\\.)*"/g, '');
  return (bare.match(/'/g)?.length ?? 0) % 2 === 1 && !bare.includes('"');
}
