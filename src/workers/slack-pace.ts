import type { PaceStore, Rate } from '../shared/store/pace-store.ts';

/** How many calls a minute Slack is asked for by all processes together. */
export type SlackRates = { postsPerMinute: number; workspacePerMinute: number };

/** The pace of what is written to Slack. */
export type SlackPace = {
  /** 0 when a call to this channel may be made now, else after how long to ask again, ms. Urgent ones go first. */
  take(channel: string, urgent?: boolean): Promise<number>;
  /** Slack has asked to be left alone by this channel for so long, ms. */
  hold(channel: string, ms: number): Promise<void>;
};

/** Calls to one channel that may follow each other at once before the pace applies. */
export const PACE_BURST = 4;
/** By so much of a call's time urgent ones find a free place before the others do. */
const URGENT_AHEAD = 0.5;
const WORKSPACE = 'slack workspace';
const WORKSPACE_BURST_SECONDS = 10;

/** About one message a second and channel, and several hundred a minute and workspace (Slack's "Rate limits"), shared by all processes. */
export function createSlackPace(paces: PaceStore, { postsPerMinute, workspacePerMinute }: SlackRates): SlackPace {
  const ofChannel = rates(postsPerMinute, (PACE_BURST * 60) / postsPerMinute);
  const ofWorkspace = rates(workspacePerMinute, WORKSPACE_BURST_SECONDS);
  return {
    // The channel first: those that wait for a busy channel must not use up what the others have.
    take: async (channel, urgent = false) =>
      (await paces.take(channel, ofChannel(urgent), 1)) || (await paces.take(WORKSPACE, ofWorkspace(urgent), 1)),
    // A burst would be given before the hold is over.
    hold: (channel, ms) => paces.hold(channel, ms + ofChannel(true).burstSeconds * 1000),
  };
}

function rates(perMinute: number, burstSeconds: number): (urgent: boolean) => Rate {
  const [urgently, others] = [burstSeconds + (URGENT_AHEAD * 60) / perMinute, burstSeconds];
  return (urgent) => ({ perMinute, burstSeconds: urgent ? urgently : others });
}
