/** How many of a service's requests failed, over time. */
export type ErrorShare = {
  service: string;
  /** [epoch ms, percent], oldest first. */
  points: [number, number][];
  evidence: number[];
};
