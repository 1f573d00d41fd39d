/** A rollout of one service: `minutesAgo` is when, `from` and `to` are versions. */
export type ShopRollout = { service: string; minutesAgo: number; to: string };

/** What goes wrong in the shop, from `minutesAgo` on; without one the shop is healthy. */
export type ShopFault = {
  minutesAgo: number;
  /** The service whose own work takes so many ms longer. */
  slow?: { service: string; addedMs: number };
  /** The service that fails by itself in this share of its requests, with what it says of it. */
  failing?: { service: string; share: number; message: string; type: string };
  /** The calls between two services take so many ms longer on the wire. */
  delayed?: { caller: string; callee: string; addedMs: number };
  /** The service whose pods use up their CPU: its own work takes so many times as long. */
  starved?: { service: string; times: number };
};
