import type { Report } from '../../shared/report.ts';
import type { ReportView, SlackMessage, WrittenReport } from '../report-view.ts';
import { weigh } from './cut-text.ts';
import { foot, whereWhole } from './foot.ts';
import { head, headline } from './head.ts';
import { type Packed, packParts } from './pack-parts.ts';
import { type Part, renderSlices, type Slice } from './part.ts';
import { reportParts } from './report-parts.ts';
import { type Block, context, line, markupLine } from './slack-blocks.ts';
import { confidenceWords, isPreliminary, VERDICT_WORDS } from './words.ts';

/** Weight of all blocks of one message; Slack refuses near 13,200 and adds ids and flags of its own. */
const MESSAGE_WEIGHT = 11_500;
/** Kept free for the line that says what is not in the message, and for dividers. */
const NOTE_WEIGHT = 900;
const MAX_OVERFLOW = 4;

const PRELIMINARY = '⚠️ *Preliminary:* by rules alone; no model has weighed the evidence.';

/** The RCA as it stands in the thread: the reply, and the messages that take what it has no room for. */
export function doneMessages(view: ReportView, report: Report): WrittenReport {
  const top = head(view, headlineOf(view, report), isPreliminary(report) ? [PRELIMINARY] : []);
  const bottom = foot(view);
  const packed = packParts(reportParts(report, view.evidence), {
    first: MESSAGE_WEIGHT - NOTE_WEIGHT - weigh(top) - weigh(bottom),
    following: MESSAGE_WEIGHT - NOTE_WEIGHT,
    messages: MAX_OVERFLOW,
  });
  const more =
    packed.following.length > 0 ? [context([`More below in this thread: ${namesOf(packed.following.flat())}.`])] : [];
  const blocks = [...top, ...renderSlices(packed.first), ...more, bottom];
  const overflow = packed.following.map((slices, index) => {
    const isLast = index === packed.following.length - 1;
    return overflowMessage(view, slices, `${index + 1} of ${packed.following.length}`, isLast ? packed.left : []);
  });
  return { reply: { text: fallbackText(view, report), blocks }, overflow };
}

function headlineOf(view: ReportView, report: Report): string {
  const { mark, headline: what } = VERDICT_WORDS[report.verdict];
  return headline(view, mark, isPreliminary(report) ? `${what} (preliminary)` : what);
}

function overflowMessage(view: ReportView, slices: Slice[], place: string, left: Packed['left']): SlackMessage {
  const heading = `${line(view.agentTitle, 60)} RCA, continued (${place}) · incident ${line(view.incident.id, 120)}`;
  const lost = `Not shown for want of room: ${left.map(({ part, count }) => `${nameOf(part)} (${count} more)`).join(', ')}. The whole report: ${whereWhole(view)}`;
  const note: Block[] = left.length > 0 ? [context([lost])] : [];
  return { text: markupLine(heading, 1_000), blocks: [context([heading]), ...renderSlices(slices), ...note] };
}

/** Titles as they stand inside a sentence. */
function namesOf(slices: Slice[]): string {
  return [...new Set(slices.map(({ part }) => nameOf(part)))].join(', ');
}

function nameOf({ title }: Part): string {
  return title.charAt(0).toLowerCase() + title.slice(1);
}

/** What a notification shows: the conclusion in one line; chat.update takes no text above 4,000 bytes. */
function fallbackText(view: ReportView, report: Report): string {
  const { statement, confidence } = report.rootCause;
  const service = view.incident.service ? `${markupLine(view.incident.service, 160)}: ` : '';
  const sure = `Confidence: ${confidenceWords(confidence)}. Incident: ${markupLine(view.incident.id, 120)}`;
  return `${markupLine(headlineOf(view, report), 300)}. ${service}${markupLine(statement, 1_200)} ${sure}`;
}
