import type { AlertClass } from '../../../shared/alert.ts';

/** What a line of a log complains about, told in the words of those who write logs. */
export type FailureKind = {
  name: string;
  class: AlertClass;
  /** What it means, as a clause. */
  meaning: string;
  pattern: RegExp;
  /** From 0 to 1: how much such a line says about the cause. */
  weight: number;
  /** True when the line is a measurement and needs no word of complaint. */
  certain?: boolean;
  /** False for a line that the pattern finds and that means something else. */
  holds?: (line: string) => boolean;
};
