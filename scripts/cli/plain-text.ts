/** A text of others on one line without control characters: it can neither steer the terminal nor fake a second line. */
export function plainText(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/\p{Cc}/gu, '')
    .trim();
}
