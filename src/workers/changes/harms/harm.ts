import type { AlertClass } from '../../../shared/alert.ts';

/** What a kind of change does to a running system, and the words by which that shows in complaints and names of metrics. */
export type Consequence = {
  /** As a clause of a sentence about the change. */
  why: string;
  shows: RegExp;
  /** The line by which it is known, as the end of that clause. */
  line?: string;
  /** True for what the lines themselves say, whatever their author meant by them; the others are only known of their kind. */
  isPlain?: boolean;
  /** True for what others read: they complain, and whoever writes it does not notice. */
  feltByReaders?: boolean;
  /** True for what is asked of others again and again: they suffer, and whoever asks does not. */
  feltByAsked?: boolean;
  /** True for what is sent to others without what they need: they refuse it or serve it as somebody else's, and whoever sends it only hands that on. */
  refusedByAsked?: boolean;
  /** True for what holds more and more of what others give: they hold it as well, and may be noticed first. */
  holdsOthers?: boolean;
  /** True for what gives out less than there is: those who ask take the rest for gone. */
  shortensAnswers?: boolean;
  /** True for what makes others get the same thing twice: they count it, and whoever sends it takes each try for the first. */
  sendsTwice?: boolean;
  /** True for what leaves less room than there was: requests that were served before are turned away. */
  takesRoom?: boolean;
  /** True for what makes statements slow: those of the tables that it is about, and no others. */
  ofStatements?: boolean;
  /** What it is a matter of, where that is not the program. */
  class?: AlertClass;
};

/** A change as its harm is read from it: lines of code that differ, all lines of the diff, and the files. */
export type ReadChange = { removed: string[]; added: string[]; detail: string; files: string[] };

const MAX_LINES = 600;
const MAX_LINE = 400;

/** Lines of a diff by their sign; of long lines the head alone. */
export function signedLines(detail: string): { removed: string[]; added: string[]; context: string[] } {
  const lines = detail.split('\n', MAX_LINES).map((line) => line.slice(0, MAX_LINE));
  const signed = (pattern: RegExp) => lines.filter((line) => pattern.test(line)).map((line) => line.slice(1));
  return { removed: signed(/^-(?!--)/), added: signed(/^\+(?!\+\+)/), context: signed(/^ /) };
}
