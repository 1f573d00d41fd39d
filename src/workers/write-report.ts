import { doneMessages } from './report-blocks/done-messages.ts';
import { failedMessage } from './report-blocks/failed-message.ts';
import { workingCard } from './report-blocks/working-card.ts';
import type { ReportView, WrittenReport } from './report-view.ts';

/**
 * Writes what Slack shows of an incident run: the live card while it works, the RCA when it is done, one honest line when
 * it failed. A pure function that never fails on size: every message is within Slack's limits whatever the view holds,
 * and what the reply has no room for comes as overflow, at most four messages in thread order.
 */
export function writeReport(view: ReportView): WrittenReport {
  if (view.phase === 'working') return { reply: workingCard(view), overflow: [] };
  if (view.phase === 'failed') return { reply: failedMessage(view), overflow: [] };
  if (view.report) return doneMessages(view, view.report);
  return { reply: failedMessage(view, 'the run ended without a stored report'), overflow: [] };
}
