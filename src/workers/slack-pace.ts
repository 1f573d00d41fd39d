import type { PaceStore, Rate } from '../shared/store/pace-store.ts';

/** How many calls a minute Slack is asked for by all processes together. */
export type SlackRates = { postsPerMinute: number; workspacePerMinute: number };

/** Who goes first where a channel is busy: what is of a critical incident, then answers, then live cards and news. */
export type SlackTurn = 'critical' | 'answer' | 'news';

/** The pace of what is written to Slack. */
export type SlackPace = {
  /** 0 when a call to this channel may be made now, else after how long to ask again, ms. */
  take(channel: string, turn?: SlackTurn): Promise<number>;
  /** Slack has asked to be left alone by this channel for so long, ms. */
  hold(channel: string, ms: number): Promise<void>;
};

/** Calls to one channel that may follow each other at once before the pace applies. */
export const PACE_BURST = 4;
/** By so much of a call's time they find a free place before the last of them do. */
const AHEAD: Record<SlackTurn, number> = { critical: 1, answer: 0.5, news: 0 };
const WORKSPACE = 'slack workspace';
const WORKSPACE_BURST_SECONDS = 10;

/** About one message a second and channel, and several hundred a minute and workspace (Slack's "Rate limits"), shared by all processes. */
export function createSlackPace(paces: PaceStore, { postsPerMinute, workspacePerMinute }: SlackRates): SlackPace {
  const ofChannel = rates(postsPerMinute, (PACE_BURST * 60) / postsPerMinute);
  const ofWorkspace = rates(workspacePerMinute, WORKSPACE_BURST_SECONDS);
  return {
    // The channel first: those that wait for a busy channel must not use up what the others have.
    take: async (channel, turn = 'news') =>
      (await paces.take(channel, ofChannel(turn), 1)) || (await paces.take(WORKSPACE, ofWorkspace(turn), 1)),
    // A burst would be given before the hold is over.
    hold: (channel, ms) => paces.hold(channel, ms + ofChannel('critical').burstSeconds * 1000),
  };
}

const rates =
  (perMinute: number, burstSeconds: number) =>
  (turn: SlackTurn): Rate => ({ perMinute, burstSeconds: burstSeconds + (AHEAD[turn] * 60) / perMinute });
