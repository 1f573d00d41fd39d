import type { Incident, Stage } from '../shared/incident.ts';
import type { EvidenceHead, LlmUsage, Report } from '../shared/report.ts';
import type { IncidentCrowd } from '../shared/store/incident-store.ts';

/** One line of the live card: a stage (or a part of one) and how far it is. */
export type ProgressLine = {
  stage: Stage;
  /** Plain words, for example "gathering evidence" or "logs of user-service". */
  what: string;
  status: 'waiting' | 'running' | 'done' | 'failed';
  /** What came of it, for example "7 of 8 sources answered"; null while nothing is known. */
  outcome: string | null;
};

/** Everything that the Slack messages of one incident run are written from: the writer is a pure function of this. */
export type ReportView = {
  incident: Incident;
  /** The agent's title, for example "Network". */
  agentTitle: string;
  /** Said when a stand-in answers for a class without a pool, null otherwise. */
  routingNote: string | null;
  /** `working` shows the live card, `done` the RCA, `failed` one honest line and why. */
  phase: 'working' | 'done' | 'failed';
  progress: ProgressLine[];
  report: Report | null;
  /** Only with a report. */
  evidence: EvidenceHead[];
  usage: LlmUsage | null;
  /** Why there is no answer, in a sentence; only with phase `failed`. */
  failure: string | null;
  /** The alerts that it stands for beside the first one; left out while it is alone. */
  crowd?: IncidentCrowd | null;
  /** ISO 8601. `receivedAt` is when the alert was written down; `finishedAt` is null while working. */
  receivedAt: string;
  finishedAt: string | null;
  /** Where the incident's page is; null while PUBLIC_URL is not configured. */
  pageUrl: string | null;
};

/** One Slack message: `text` is the fallback for notifications, `blocks` is Block Kit. */
export type SlackMessage = { text: string; blocks: Record<string, unknown>[] };

/** The messages of one incident run: the reply (one message, edited in place) and what did not fit into it. */
export type WrittenReport = { reply: SlackMessage; overflow: SlackMessage[] };
