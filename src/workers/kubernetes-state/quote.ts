import { oneLine } from '../detectors/support/text.ts';

/** Untrusted text inside a sentence: one line, without the quotes and full stops that would end it. */
export function quote(text: string, max = 200): string {
  // A number in brackets would read as a citation.
  const clean = text
    .replace(/[“”]/g, '"')
    .replace(/\[(\d{1,9})\]/g, '($1)')
    .replace(/\.\s*$/, '');
  return `"${oneLine(clean, max).replace(/(?<=\S)[.!?]\s+(?=[\p{Lu}"“`'])/gu, '; ')}"`;
}

/** A name of the cluster as it stands, shortened when it is absurdly long. */
export const name = (text: string): string => oneLine(text, 120);
