import type { Alert } from '../../shared/alert.ts';
import type { Evidence } from '../../shared/report.ts';
import { isPort } from '../detectors/support/names.ts';
import { addressesModel } from '../verification/addresses-model.ts';
import type { KnownArguments } from './offered-tools.ts';

/** What the alerts and the evidence speak of: nothing else may be asked about. */
export type ToolScope = {
  /** True when the alerts or the evidence name this, as a word of its own. */
  names(value: string): boolean;
  /** True for a URL that the alerts themselves name. */
  namesUrl(url: string): boolean;
  /** True for what the incident is about: a service, a namespace or another label of the alerts, or one of their facts. */
  isSubject(word: string): boolean;
  /** The time that may be asked about, epoch ms. */
  from: number;
  to: number;
};

export type ScopeInput = {
  alerts: Alert[];
  evidence: () => Evidence[];
  from: string;
  to: string;
  /** What the alerts say about where to look, by name. */
  facts?: Record<string, string>;
};

const HOUR_MS = 3_600_000;
/** Before the window of the alert: yesterday is worth comparing with. */
const LEAD_MS = 26 * HOUR_MS;
const LAG_MS = HOUR_MS;

/**
 * The scope of an investigation; `evidence` is read anew with every question, because it grows. A text that speaks to a language model
 * names nothing: it would be the way to lead the model elsewhere.
 */
export function createToolScope({ alerts, evidence, from, to, facts = {} }: ScopeInput): ToolScope {
  const alerted = alerts.map((alert) => wordsOf({ ...alert, deliveryKey: '', fingerprint: '' }));
  const subjects = subjectsOf(alerts, facts);
  const read = new Map<number, string>();
  const textOf = (item: Evidence) => {
    const text =
      read.get(item.number) ?? (addressesModel(item.text) ? '' : wordsOf([item.query, item.text, item.data]));
    read.set(item.number, text);
    return text;
  };
  return {
    names: (value) => {
      const word = value.toLowerCase();
      return alerted.some((text) => standsIn(text, word)) || evidence().some((item) => standsIn(textOf(item), word));
    },
    namesUrl: (url) => alerted.some((text) => text.includes(url.toLowerCase())),
    isSubject: (word) => subjects.has(word.toLowerCase()),
    from: Date.parse(from) - LEAD_MS,
    to: Date.parse(to) + LAG_MS,
  };
}

/** Longer values of labels are texts, and shorter ones stand everywhere. */
const SUBJECT_LENGTH = { least: 3, most: 100 };

function subjectsOf(alerts: Alert[], facts: Record<string, string>): Set<string> {
  const { from: _, to: __, ...where } = facts;
  const named = alerts.flatMap(({ service, namespace, labels }) => [service, namespace, ...Object.values(labels)]);
  const words = [...Object.values(where), ...named].flatMap((text) => (text ? [text.toLowerCase()] : []));
  return new Set(
    words.filter(
      (word) => word.length >= SUBJECT_LENGTH.least && word.length <= SUBJECT_LENGTH.most && !SEVERITY_WORD.test(word),
    ),
  );
}

const SEVERITY_WORD =
  /^(?:critical|high|medium|low|info|warning|error|fatal|page|ticket|firing|true|false|none|prod(?:uction)?|staging)$/;

/** Every text of a value in lower case, one after the other; escapes give way, since their letters would join the words. */
function wordsOf(value: unknown): string {
  return JSON.stringify(value)
    .replace(/\\[bfnrt"\\]/g, ' ')
    .toLowerCase();
}

/** As a whole word: `cart` stands in `cart-7d9f` and in `cart.shop`, not in `cartography`. */
function standsIn(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    if (!isWordCharacter(text[at - 1]) && !isWordCharacter(text[at + word.length])) return true;
  }
  return false;
}

const isWordCharacter = (character: string | undefined) => character !== undefined && /[a-z0-9_]/.test(character);

const NAME = /^[A-Za-z0-9](?:[\w.:-]{0,251}[\w])?$/;
const ATTRIBUTE = /^[\w./-]{1,100}$/;
/** Arguments that narrow a question and name nothing. */
const FREE = new Set(
  'metric measure severity type kinds timeAggregation spaceAggregation operation groupBy'.split(' '),
);
/** Arguments that are checked by rules of their own. */
const RULES: Record<string, (value: string, scope: ToolScope) => string | null> = {
  from: timeFault,
  to: timeFault,
  filter: filterFault,
  labelSelector: selectorFault,
  url: urlFault,
};
/** Paths that every service answers without doing anything. */
const HARMLESS_PATH = /^\/(?:healthz?|readyz?|livez?|ready|live|ping|status|-\/(?:healthy|ready))?$/;

/**
 * Why this question may not be asked, for the model to read; null when it may. A question has to name what it is about
 * where it can, and whatever it names has to stand in the alerts or in the evidence.
 */
export function scopeFault(
  input: Record<string, unknown>,
  { all, listed }: KnownArguments,
  scope: ToolScope,
): string | null {
  const isAnchor = (name: string) => !listed.includes(name) && saysWhat(name);
  const given = Object.entries(input).filter(([name, value]) => value !== '' && !listed.includes(name));
  const anchored = given.some(([name, value]) => isAnchor(name) && isNarrow(name, value));
  for (const [name, value] of given) {
    const fault = argumentFault(name, value, anchored, scope);
    if (fault) return `${name}: ${fault}`;
  }
  const anchors = all.filter(isAnchor);
  if (anchors.length > 0 && !anchored && !given.some(([name]) => name === 'searchText'))
    return `say what it is about: give ${anchors.join(' or ')}`;
  return null;
}

/** An argument that says what a question is about. */
const saysWhat = (name: string) =>
  !FREE.has(name) && !['from', 'to', 'searchText', 'type', ...NUMBERS, ...FLAGS].includes(name);
/** A filter by severity alone would read the whole cluster. */
const isNarrow = (name: string, value: unknown) =>
  name === 'filter'
    ? /service|pod|host|node|namespace|deploy|container|instance|db|database|server|peer|address|trace/i.test(
        String(value),
      )
    : [value].flat().length > 0;
const NUMBERS = ['port', 'limit', 'tailLines', 'stepSeconds', 'minDurationMs'];
const FLAGS = ['previous', 'errorsOnly'];

function argumentFault(name: string, value: unknown, anchored: boolean, scope: ToolScope): string | null {
  if (typeof value === 'number') return name === 'port' ? portFault(value, scope) : null;
  if (typeof value === 'boolean') return null;
  if (FREE.has(name)) return [value].flat().every((one) => isPlain(one)) ? null : 'holds characters that no name has';
  if (Array.isArray(value)) return value.map((one) => nameFault(String(one), scope)).find((fault) => fault) ?? null;
  const text = String(value);
  if (name === 'searchText') return anchored ? lengthFault(text) : (lengthFault(text) ?? nameFault(text, scope));
  return (RULES[name] ?? nameFault)(text, scope);
}

const isPlain = (value: unknown) => typeof value === 'string' && /^[^\p{C}'"`\\;$|<>]{1,200}$/u.test(value);
const lengthFault = (text: string) => (text.length <= 200 && !/\p{C}/u.test(text) ? null : 'is too long');

/** Why this is not the name of anything that the incident is about; null when it is. */
export function nameFault(value: string, scope: ToolScope): string | null {
  if (!NAME.test(value)) return 'is no name';
  return scope.names(value) ? null : 'is named neither by the alert nor by the evidence';
}

/** Why this port may not be asked about; null when it may. */
export function portFault(port: number, scope: ToolScope): string | null {
  if (!isPort(String(port))) return 'is no port';
  return port === 443 || port === 80 || scope.names(String(port)) ? null : 'is named nowhere';
}

/** Why this time (ISO 8601) may not be asked about; null when it may. */
export function timeFault(value: string, { from, to }: ToolScope): string | null {
  const ms = Date.parse(value);
  if (Number.isNaN(ms)) return 'is no ISO 8601 time';
  const iso = (at: number) => new Date(at).toISOString();
  return ms >= from && ms <= to ? null : `must lie between ${iso(from)} and ${iso(to)}`;
}

/** Why this address may not be asked; null for one that the alerts name, and for a health path of a named host. */
export function urlFault(value: string, scope: ToolScope): string | null {
  const url = URL.parse(value);
  if (!url || !/^https?:$/.test(url.protocol) || url.username) return 'is no http(s) URL';
  const host = nameFault(url.hostname.replace(/^\[|\]$/g, ''), scope);
  if (host) return `its host ${host}`;
  if (url.port && portFault(Number(url.port), scope)) return 'its port is named nowhere';
  const harmless = HARMLESS_PATH.test(url.pathname) && url.search === '';
  return harmless || scope.namesUrl(value) ? null : 'only an address that the alert names, or a health path';
}

const CONDITION = /^([\w./-]{1,100})\s*(?:=|==|in)\s*(.+)$/i;

/** Equalities joined by AND, each with a value that is named: anything wider could read what the incident is not about. */
function filterFault(value: string, scope: ToolScope): string | null {
  if (value.length > 500) return 'is too long';
  const parts = value.split(/\s+AND\s+/i).map((part) => CONDITION.exec(part.trim().replace(/^\((.*)\)$/, '$1')));
  if (parts.some((part) => part === null)) return "only key = 'value' joined by AND is allowed";
  return valuesFault(
    parts.flatMap((part) => literalsOf(part?.[2] ?? '')),
    scope,
  );
}

function literalsOf(text: string): string[] {
  return text
    .replace(/^\[|\]$|^\(|\)$/g, '')
    .split(/\s*,\s*/)
    .map((one) => one.replace(/^(['"])(.*)\1$/, '$2'));
}

function selectorFault(value: string, scope: ToolScope): string | null {
  const parts = value.split(',').map((part) => /^([\w./-]{1,200})==?([\w.-]{1,63})$/.exec(part.trim()));
  if (parts.some((part) => part === null)) return 'only key=value, joined by commas, is allowed';
  return valuesFault(
    parts.map((part) => part?.[2] ?? ''),
    scope,
  );
}

function valuesFault(values: string[], scope: ToolScope): string | null {
  if (values.some((value) => !ATTRIBUTE.test(value))) return 'holds a value that is no name';
  const unnamed = values
    .filter((value) => !/^(?:true|false|\d{1,3})$/.test(value))
    .find((value) => !scope.names(value));
  return unnamed === undefined ? null : `${unnamed} is named neither by the alert nor by the evidence`;
}
