import type { AnyObject } from './kubernetes-types.ts';

type Json = Record<string, unknown>;

/** Host names and addresses with a port, and URLs without a user: what tells where a program connects to. */
const ADDRESS = /^(?:[a-z][a-z0-9+.-]{1,20}:\/\/)?(?!\S*@)[A-Za-z0-9_.-]{1,253}(?::\d{1,5})?(?:\/[\w./-]{0,100})?$/;
const SECRET_NAME = /cookie|pass|pwd|_pw\b|secret|token|key|credential|auth|private|cert|salt|hash|pin\b/i;
/** A word alone may be a host of the same namespace or anything else: then the variable's name must say it. */
const WORD = /^[\w-]+$/;
const ADDRESS_NAME =
  /host|addr|url|uri|endpoint|server|service|svc|broker|upstream|target|peer|domain|namespace|port|_db\b|dns/i;
/** What a reader of faults may need of the annotations; others hold whole manifests and configurations. */
const KEPT_ANNOTATION = /ingress\.(?:class|kubernetes)|revision|restartedAt$/i;

const LEFT_OUT = '[left out]';
/** Maps of plain texts that the object's own program reads: passwords of storage backends stand there as well. */
const SETTINGS = new Set(['parameters', 'volumeAttributes', 'options']);
/** It names where the secret is, and not the secret. */
const NAMES_A_SECRET = /(?:secret-?name(?:space)?|secretref)$/i;

/**
 * An object fit to be evidence: without the bookkeeping of field managers, without annotations that hold other things, and of
 * environment variables and config maps only the values that are addresses.
 */
export function cleanObject({ metadata, ...rest }: AnyObject): Json {
  const { managedFields: _, ...kept } = (metadata ?? {}) as Json;
  const annotations = Object.entries((kept.annotations ?? {}) as Json).filter(([name]) => KEPT_ANNOTATION.test(name));
  const whole = rest.kind === 'ConfigMap' ? onlyKeys(rest) : rest;
  return { ...(cleanValue(whole) as Json), metadata: { ...kept, annotations: Object.fromEntries(annotations) } };
}

/** Which keys a program finds is what faults are about; their values may be anything. */
function onlyKeys({ data, binaryData, ...rest }: Json): Json {
  const texts = Object.entries((data ?? {}) as Json).map(([key, value]) => [key, knownValue(key, value)]);
  const bytes = Object.keys((binaryData ?? {}) as Json).map((key) => [key, LEFT_OUT]);
  return {
    ...rest,
    ...(data ? { data: Object.fromEntries(texts) } : {}),
    ...(binaryData ? { binaryData: Object.fromEntries(bytes) } : {}),
  };
}

function cleanValue(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(cleanValue);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(withoutSecret(value as Json)).map(([name, item]) => [name, cleanItem(name, item)]),
  );
}

function cleanItem(name: string, item: unknown): unknown {
  if (name === 'env' && Array.isArray(item)) return item.map(cleanVariable);
  if (SETTINGS.has(name) && item !== null && typeof item === 'object' && !Array.isArray(item)) {
    const settings = Object.entries(item).map(([key, value]) => [key, isSecret(key) ? LEFT_OUT : cleanValue(value)]);
    return Object.fromEntries(settings);
  }
  // The certificate of whom the API server trusts: long, and no reason of any fault by itself.
  return name === 'caBundle' ? LEFT_OUT : cleanValue(item);
}

const isSecret = (name: string): boolean => SECRET_NAME.test(name) && !NAMES_A_SECRET.test(name);

/** Headers of probes and routes carry credentials. */
function withoutSecret(value: Json): Json {
  const { name, value: text } = value;
  return typeof name === 'string' && typeof text === 'string' && isSecret(name) ? { ...value, value: LEFT_OUT } : value;
}

function cleanVariable(variable: Json): Json {
  const { name, value } = variable;
  return typeof value === 'string' ? { name, value: knownValue(String(name), value) } : variable;
}

function knownValue(name: string, value: unknown): string {
  const isKnown =
    typeof value === 'string' &&
    ADDRESS.test(value) &&
    !SECRET_NAME.test(name) &&
    (!WORD.test(value) || ADDRESS_NAME.test(name));
  return isKnown ? value : LEFT_OUT;
}
