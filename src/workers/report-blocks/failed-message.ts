import type { ReportView, SlackMessage } from '../report-view.ts';
import { whereWhole } from './foot.ts';
import { head, headline } from './head.ts';
import { joinedRichText } from './part.ts';
import { context, lines, markupLine, run, section } from './slack-blocks.ts';
import { spanWords } from './words.ts';

const HONEST = 'The analysis failed, so this alert has no root cause from us. Please look at it by hand.';

/** One honest line and why, for an incident that gets no RCA; `why` stands where the view says nothing. */
export function failedMessage(view: ReportView, why = 'no reason was recorded'): SlackMessage {
  const title = headline(view, '⚠️', 'analysis failed');
  const reason = view.failure ?? why;
  return {
    text: `${markupLine(`${title}: ${view.incident.title}`, 600)}. ${markupLine(reason, 800)}`,
    blocks: [
      ...head(view, title),
      joinedRichText([
        section(run(HONEST, { bold: true })),
        section(run('Why: ', { italic: true }), run(lines(reason, 2_000))),
      ]),
      context([smallPrint(view)]),
    ],
  };
}

function smallPrint(view: ReportView): string {
  const span = spanWords(view.receivedAt, view.finishedAt);
  const after = span ? `Gave up ${span} after the alert · ` : '';
  return `${after}everything that is known: ${whereWhole(view)}`;
}
