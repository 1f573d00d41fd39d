/** What shows that a server is as it should be. */
export type Calm = { statement: string; evidence: number[] };
