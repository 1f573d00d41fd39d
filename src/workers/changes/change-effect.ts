import type { EvidenceFormData } from '../../shared/evidence-forms.ts';
import { consequencesOf } from './consequences.ts';
import { dependencyEffect } from './dependency-effect.ts';
import { type DiffLines, diffLines, hasChangedLines } from './diff-lines.ts';
import type { Consequence } from './harms/harm.ts';
import { plainHarms } from './harms/plain-harms.ts';
import { widerFlag } from './harms/wider-rollout.ts';
import { alteredLines, newCalls, removedGuards } from './line-changes.ts';
import { withNamedValues } from './named-values.ts';

export type Change = EvidenceFormData<'changes.list'>['changes'][number];
/** A change that a tool listed, or one of a ConfigMap or Secret that the state of the cluster tells of (`config`). */
export type KnownChange = Omit<Change, 'kind'> & { kind: Change['kind'] | 'config' };

/**
 * What a change can do to a running system.
 *
 * behaviour  the program does something else than before
 * unseen     its content is not at hand
 * preserving the code is written another way and does the same
 * inert      nothing that runs was changed
 */
export type Effect = 'behaviour' | 'unseen' | 'preserving' | 'inert';

export type ChangeEffect = {
  effect: Effect;
  /** What it does, or why it can do nothing, as the end of a sentence. */
  why: string;
  /** The changed text that a mechanism can be told from. */
  text: string;
  /** True when all it does is to make something larger or more tolerant. */
  loosens: boolean;
  /** True when it makes a number smaller. */
  tightens: boolean;
  /** What changes of its kind are known to do. */
  consequences: Consequence[];
};

const NEVER_RUNS =
  /(?:^|\/)(?:docs?|documentation|runbooks?|dashboards?|grafana|tests?|testdata|__tests__|fixtures?|\.github|\.circleci|\.gitlab)\/|(?:_test\.\w+|\.(?:test|spec)\.\w+|_spec\.\w+|\.mdx?|\.rst|\.adoc)$|(?:^|\/)(?:README|CHANGELOG|CODEOWNERS|LICENSE|\.gitignore|\.golangci\.ya?ml|\.editorconfig|\.eslintrc[\w.]*)/i;
const ONLY_LOOKS = /\.(?:css|scss|sass|less|svg|png|jpe?g|gif|ico|woff2?|html?|tmpl)$/i;
const DEPENDENCIES =
  /(?:^|\/)(?:go\.(?:mod|sum)|package(?:-lock)?\.json|yarn\.lock|pnpm-lock\.yaml|requirements[\w.-]*(?:\/[\w.-]+)?\.txt|poetry\.lock|Pipfile(?:\.lock)?|Cargo\.(?:toml|lock)|Gemfile(?:\.lock)?|pom\.xml|build\.gradle(?:\.kts)?|libs\.versions\.toml|composer\.(?:json|lock))$/i;
const SETTINGS =
  /\.(?:ya?ml|json|toml|ini|cfg|conf|env|properties|tf|tfvars|hcl|sql|proto|avsc|graphql|xml)$|(?:^|\/)(?:(?:[\w.-]+\.)?(?:Docker|Container|Earth)file|Makefile|\.env)/i;
const IDLE_TITLE =
  /^(?:[#\w(){}/-]*\s*)?(?:docs?|tests?|ci|style)\b[:(\s]|\b(?:typo|gofmt|codeowners|tidy imports|comments? only)\b/i;

/** True for files of settings and other data, as opposed to programs. */
export const isOfSettings = (file: string): boolean => SETTINGS.test(file);

/** What a commit's content can do; a flag and a deploy without a commit are switched without their content being known. */
export function effectOf({ kind, title, detail, files }: KnownChange): ChangeEffect {
  if (kind === 'flag')
    return {
      ...nothing,
      effect: 'unseen',
      why: 'it switches something on or off',
      text: `${title} ${detail}`,
      consequences: widerFlag(`${title} ${detail}`),
    };
  if (kind === 'config' && !hasChangedLines(detail))
    return { ...nothing, effect: 'unseen', why: 'it changes what its users are configured with', text: detail };
  if (files.length > 0 && files.every((file) => NEVER_RUNS.test(file)))
    return inert('it touches only documents, tests or the build');
  if (files.length > 0 && files.every((file) => NEVER_RUNS.test(file) || ONLY_LOOKS.test(file)))
    return inert('it changes only how pages look');
  if (!hasChangedLines(detail)) return withoutDiff(title, files);
  if (files.length > 0 && files.every((file) => DEPENDENCIES.test(file) || holdsVersionsOnly(file, detail)))
    return { ...nothing, ...dependencyEffect(detail) };
  const lines = diffLines(detail);
  const effect = effectOfLines(lines, withNamedValues(lines, detail), files, title);
  // What is written another way on purpose, and alters nothing that shows, is believed.
  const believed = effect.effect === 'inert' || (effect.effect === 'preserving' && REWRITES.test(title));
  const plain = plainHarms({ ...lines, detail, files });
  return { ...effect, consequences: [...plain, ...(believed ? [] : consequencesOf(lines, detail))] };
}

const PROJECTS =
  /\.(?:cs|fs|vb)proj$|Directory\.Packages\.props$|(?:^|\/)(?:mix\.exs|build\.sbt|Package\.swift|pubspec\.yaml)$/i;
/** Files of projects hold more than versions of libraries. */
const holdsVersionsOnly = (file: string, detail: string): boolean =>
  PROJECTS.test(file) &&
  detail.split('\n', 200).every((line) => !/^[+-](?![+-]{2})/.test(line) || /\d+\.\d+/.test(line));

const nothing: ChangeEffect = { effect: 'inert', why: '', text: '', loosens: false, tightens: false, consequences: [] };
const inert = (why: string): ChangeEffect => ({ ...nothing, why });

function withoutDiff(title: string, files: string[]): ChangeEffect {
  if (IDLE_TITLE.test(title)) return inert('its title names nothing that runs');
  return { ...nothing, effect: 'unseen', why: 'its content is not at hand', text: `${title} ${files.join(' ')}` };
}

function effectOfLines(lines: DiffLines, valued: DiffLines, files: string[], title: string): ChangeEffect {
  const { removed, added } = lines;
  if (removed.length + added.length === 0) return inert('it changes only comments, logs or how errors are shown');
  const altered = alteredLines(valued);
  const guards = removedGuards(lines);
  const calls = newCalls(lines);
  const text = [...removed, ...added].join('\n');
  const said = [
    ...altered.map(({ what }) => what),
    ...guards.map((guard) => `it no longer has "${guard}"`),
    ...calls.map((call) => `it now calls ${call}`),
  ];
  if (said.length > 0) {
    const loosens = altered.length > 0 && altered.every(({ larger }) => larger) && guards.length + calls.length === 0;
    const tightens = altered.some(({ smaller, factor }) => smaller && (factor ?? MUCH_LESS) >= MUCH_LESS);
    return { ...nothing, effect: 'behaviour', why: said.slice(0, 2).join(' and '), text, loosens, tightens };
  }
  const settings = files.some(isOfSettings);
  if (settings) return { ...nothing, effect: 'behaviour', why: 'it changes settings', text };
  if (addsCode(lines) && !REWRITES.test(title)) return { ...nothing, effect: 'behaviour', why: 'it adds code', text };
  return { ...nothing, effect: 'preserving', why: 'it does the same in another way', text };
}

/** A number that shrinks by less than this factor is tuned. */
const MUCH_LESS = 1.3;

/** Titles that promise the same behaviour; the lines above were looked at all the same. */
const REWRITES =
  /\b(?:refactor|tidy|rename|extract|split|move|clean ?up|simplify|collapse|reformat|restructure|deduplicate|inline)/i;
const NEW_FUNCTION = /\b(?:func|function|def|fn|class)\s/;

/** More code in what ran before; a new function by itself is called by nobody yet. */
const addsCode = ({ removed, added }: DiffLines) =>
  added.length > removed.length && !(added.length > 0 && NEW_FUNCTION.test(added[0]!));
