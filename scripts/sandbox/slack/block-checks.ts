/** A value under check: where it stands (a JSON pointer) and where its faults are collected. */
export type Checked = { value: unknown; at: string; faults: string[] };

/** Checks one value and adds what is wrong to its faults. */
export type Check = (checked: Checked) => void;

type Fields = Record<string, Check>;

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Adds a fault in Slack's words: `[ERROR] what is wrong [json-pointer:/blocks/0/text]`. */
export function fault({ at, faults }: Pick<Checked, 'at' | 'faults'>, what: string): void {
  faults.push(`[ERROR] ${what} [json-pointer:${at}]`);
}

/** A string of `min` to `max` characters (UTF-16 units) that is well-formed Unicode. */
export function string(min: number, max: number): Check {
  return (checked) => {
    const { value } = checked;
    if (typeof value !== 'string') return fault(checked, 'must provide a string');
    if (value.length < min) fault(checked, `must be more than ${min - 1} characters`);
    if (value.length > max) fault(checked, `must be less than ${max + 1} characters`);
    if (!value.isWellFormed()) fault(checked, 'must be valid unicode');
  };
}

export const boolean: Check = (checked) => {
  if (typeof checked.value !== 'boolean') fault(checked, 'must provide a boolean');
};

/** A whole number of `min` to `max`. */
export function integer(min: number, max = Number.MAX_SAFE_INTEGER): Check {
  return (checked) => {
    const { value } = checked;
    if (!Number.isInteger(value)) return fault(checked, 'must provide an integer');
    if (Number(value) < min) fault(checked, `must be greater than ${min - 1}`);
    if (Number(value) > max) fault(checked, `must be less than ${max + 1}`);
  };
}

/** One of the given words. */
export function oneOf(...words: string[]): Check {
  return (checked) => {
    if (!words.includes(checked.value as string)) fault(checked, `must be one of: ${words.join(', ')}`);
  };
}

/** A string of a shape, for example an encoded user id. */
export function matching(pattern: RegExp, what: string): Check {
  return (checked) => {
    if (typeof checked.value !== 'string' || !pattern.test(checked.value)) fault(checked, `must be a valid ${what}`);
  };
}

/** An array of `min` to `max` items, each of which passes the check. */
export function listOf(item: Check, min: number, max: number): Check {
  return (checked) => {
    const { value, at, faults } = checked;
    if (!Array.isArray(value)) return fault(checked, 'must provide an array');
    if (value.length < min) fault(checked, `no fewer than ${min} items allowed`);
    if (value.length > max) fault(checked, `no more than ${max} items allowed`);
    value.slice(0, max).forEach((entry, index) => {
      item({ value: entry, at: `${at}/${index}`, faults });
    });
  };
}

/** An object with these fields and no others; `type` is always allowed. */
export function object(required: Fields, optional: Fields = {}): Check {
  const checks: Record<string, Check | undefined> = Object.assign(Object.create(null), required, optional);
  return (checked) => {
    const { value, at, faults } = checked;
    if (!isObject(value)) return fault(checked, 'must provide an object');
    for (const name of Object.keys(required)) {
      if (value[name] === undefined) fault(checked, `missing required field: ${name}`);
    }
    for (const [name, entry] of Object.entries(value)) {
      const check = checks[name];
      if (check && entry !== undefined) check({ value: entry, at: `${at}/${name}`, faults });
      else if (!check && name !== 'type') fault(checked, `invalid additional property: ${name}`);
    }
  };
}

/** An object whose `type` chooses the check. */
export function byType(checks: Record<string, Check>): Check {
  return (checked) => {
    const { value, at, faults } = checked;
    if (!isObject(value)) return fault(checked, 'must provide an object');
    if (value.type === undefined) return fault(checked, 'missing required field: type');
    const check = typeof value.type === 'string' && Object.hasOwn(checks, value.type) ? checks[value.type] : undefined;
    if (!check) return fault({ at: `${at}/type`, faults }, `unsupported type: ${value.type}`);
    check(checked);
  };
}
