/** What the answer of a store (or of the proxy before it) shows. */
export type StoreAnswer = {
  kind: string;
  /** The text that tells of it; null where the answer does not. `around` are its other answers, the lines of logs about refused clients and the words of the alert. */
  shows: (text: string, around: string) => string | null;
  meaning: string;
  confidence: number;
  /** What it is called that answers; a database where nothing is said. */
  of?: string;
  /** How near to the root of a trouble it stands (`DEPTH`): members that are missed are missed for a reason. */
  depth?: number;
};
