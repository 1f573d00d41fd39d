import { parse } from 'yaml';
import { describeError } from '../../errors.ts';
import { unreadable } from './answer-json.ts';

/** More than this in YAML is no answer that a reader should spend its time on, characters. */
const MAX_YAML = 4_000_000;

/** The value of a YAML text, comments left out; aliases are refused, since a small text of them can mean a huge value. */
export function readYaml(text: string): unknown {
  if (text.length > MAX_YAML) throw unreadable(`its answer of ${text.length} characters is too long to be read`);
  try {
    return parse(text, { maxAliasCount: 0, schema: 'core', version: '1.2' });
  } catch (error) {
    throw unreadable(`its answer is not YAML: ${describeError(error).slice(0, 200)}`);
  }
}
