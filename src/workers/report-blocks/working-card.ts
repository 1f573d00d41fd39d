import type { ProgressLine, ReportView, SlackMessage } from '../report-view.ts';
import { head, headline } from './head.ts';
import { joinedRichText } from './part.ts';
import { type Block, line, markupLine, mrkdwn, run, section } from './slack-blocks.ts';
import { slackDate } from './words.ts';

/** More lines than that are no longer read at a glance; the latest are the ones that tell. */
const MAX_LINES = 24;

const MARKS: Record<ProgressLine['status'], string> = { waiting: '▫️', running: '⏳', done: '✅', failed: '⚠️' };

/** The live card: one message that is edited as the stages finish. */
export function workingCard(view: ReportView): SlackMessage {
  const title = headline(view, '⏳', 'investigating');
  const foot = `Alert received ${slackDate(view.receivedAt, '{ago}')} · incident ${markupLine(view.incident.id, 120)}`;
  return {
    text: markupLine(`${title}: ${view.incident.title}`, 1_000),
    blocks: [...head(view, title), progress(view.progress), { type: 'context', elements: [mrkdwn(foot)] }],
  };
}

function progress(all: ProgressLine[]): Block {
  const shown = all.slice(-MAX_LINES);
  const earlier = all.length - shown.length;
  const before = earlier > 0 ? [section(run(`${earlier} earlier steps are not shown`, { italic: true }))] : [];
  const none = all.length === 0 ? [section(run('Waiting for a free worker'))] : [];
  return joinedRichText([...before, ...none, ...shown.map(progressLine)]);
}

function progressLine({ stage, what, status, outcome }: ProgressLine) {
  const result = outcome === null ? '' : `: ${line(outcome, 120)}`;
  return section(run(`${MARKS[status]} `), run(stage, { bold: true }), run(` ${line(what, 100)}${result}`));
}
