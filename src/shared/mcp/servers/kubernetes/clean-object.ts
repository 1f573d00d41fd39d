import type { AnyObject } from './kubernetes-types.ts';

type Json = Record<string, unknown>;

/** Host names and addresses with a port, and URLs without a user: what tells where a program connects to. */
const ADDRESS = /^(?:[a-z][a-z0-9+.-]{1,20}:\/\/)?(?!\S*@)[A-Za-z0-9_.-]{1,253}(?::\d{1,5})?(?:\/[\w./-]{0,100})?$/;
const SECRET_NAME = /pass|pwd|_pw\b|secret|token|key|credential|auth|private|cert|salt|hash|pin\b/i;
/** A word alone may be a host of the same namespace or anything else: then the variable's name must say it. */
const WORD = /^[\w-]+$/;
const ADDRESS_NAME =
  /host|addr|url|uri|endpoint|server|service|svc|broker|upstream|target|peer|domain|namespace|port|_db\b|dns/i;
/** What a reader of faults may need of the annotations; others hold whole manifests and configurations. */
const KEPT_ANNOTATION = /ingress\.(?:class|kubernetes)|revision|restartedAt$/i;

/**
 * An object fit to be evidence: without the bookkeeping of field managers, without annotations that hold other things, and of
 * environment variables only the values that are addresses.
 */
export function cleanObject({ metadata, ...rest }: AnyObject): Json {
  const { managedFields: _, ...kept } = (metadata ?? {}) as Json;
  const annotations = Object.entries((kept.annotations ?? {}) as Json).filter(([name]) => KEPT_ANNOTATION.test(name));
  return { ...(cleanValue(rest) as Json), metadata: { ...kept, annotations: Object.fromEntries(annotations) } };
}

function cleanValue(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(cleanValue);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      name === 'env' && Array.isArray(item) ? item.map(cleanVariable) : cleanValue(item),
    ]),
  );
}

function cleanVariable(variable: Json): Json {
  const { name, value } = variable;
  if (typeof value !== 'string') return variable;
  const known =
    ADDRESS.test(value) && !SECRET_NAME.test(String(name)) && (!WORD.test(value) || ADDRESS_NAME.test(String(name)));
  return known ? variable : { name, value: '[left out]' };
}
