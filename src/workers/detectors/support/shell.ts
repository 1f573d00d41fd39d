/** A value as one word of a POSIX shell command: whatever it holds, it stays one argument. */
export function shellWord(value: string): string {
  const clean = value.replace(/\p{Cc}/gu, ' ').slice(0, 300);
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(clean) ? clean : `'${clean.replace(/'/g, `'\\''`)}'`;
}

/** A command of quoted words; null and undefined words are left out. */
export function shellCommand(...words: (string | null | undefined)[]): string {
  return words
    .filter((word): word is string => typeof word === 'string')
    .map(shellWord)
    .join(' ');
}
