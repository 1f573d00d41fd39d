import { oneLine } from '../detectors/support/text.ts';

/** Untrusted text inside a sentence: one line, without the quotes and full stops that would end it. */
export function quote(text: string, max = 200): string {
  const clean = text.replace(/[“”]/g, '"').replace(/\.\s*$/, '');
  return `"${oneLine(clean, max).replace(/[.!?]\s+(?=[\p{Lu}"“`'])/gu, '; ')}"`;
}

/** A name of the cluster as it stands, shortened when it is absurdly long. */
export const name = (text: string): string => oneLine(text, 120);
