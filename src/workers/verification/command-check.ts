/** `read` only looks, `write` changes something or shows secrets and gets a stated risk, `forbidden` is not shown at all. */
export type CommandCheck =
  | { effect: 'read' }
  | { effect: 'write'; risk: string }
  | { effect: 'forbidden'; reason: string };

/** Judges the words behind a tool's name. */
export type ToolCheck = (words: string[]) => CommandCheck;

export const READ: CommandCheck = { effect: 'read' };
export const write = (risk: string): CommandCheck => ({ effect: 'write', risk });
export const forbidden = (reason: string): CommandCheck => ({ effect: 'forbidden', reason });

/** A tool whose first verb decides: one of `reads` looks, one of `destroys` is not shown, any other changes something. */
export function byVerb(reads: string[], destroys: string[]): ToolCheck {
  return (words) => {
    const [verb = ''] = verbs(words);
    if (destroys.includes(verb)) return forbidden(`"${verb}" destroys`);
    return reads.includes(verb) ? READ : write('Changes the running system.');
  };
}

/** The words that are neither options nor values of the options that take one. */
export function verbs(words: string[]): string[] {
  const plain: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (
      /^(?:-n|--namespace|--context|--kubeconfig|-l|--selector|-o|--output|-c|--container|--tail|--since)$/.test(word)
    )
      index++;
    else if (!word.startsWith('-')) plain.push(word);
  }
  return plain;
}
