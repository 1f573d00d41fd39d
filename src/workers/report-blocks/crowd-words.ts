import type { ReportView } from '../report-view.ts';
import { line } from './slack-blocks.ts';

/** Names that are shown of an incident of many alerts. */
const MOST_NAMES = 5;

/** What has become of the alerts of an incident since the first one, one sentence each. */
export function crowdWords({ incident, crowd, report }: ReportView): string[] {
  const words = [...joinedWords(crowd), ...(report ? newsWords(crowd) : [])];
  if (incident.resolvedAt) words.push(`All alerts were resolved by ${timeWords(incident.resolvedAt)}`);
  return words;
}

function joinedWords(crowd: ReportView['crowd']): string[] {
  if (!crowd || crowd.names.length < 2) return [];
  const shown = crowd.names.slice(0, MOST_NAMES).map((name) => line(name, 80));
  const more = crowd.names.length > MOST_NAMES ? ' and more' : '';
  return [`Alerts in this incident: ${shown.join(', ')}${more}`];
}

/** What is new since the analysis, so that nobody needs another one to know that nothing is. */
function newsWords(crowd: ReportView['crowd']): string[] {
  if (!crowd || crowd.since === 0) return [];
  const times = crowd.since === 1 ? 'once' : `${crowd.since} times`;
  const last = crowd.lastAt ? `, last at ${timeWords(crowd.lastAt)}` : '';
  const names = crowd.newNames.slice(0, MOST_NAMES).map((name) => line(name, 80));
  const what = names.length > 0 ? `new: ${names.join(', ')}` : 'nothing else is new';
  return [`Since this analysis it fired ${times}${last}; ${what}`];
}

const timeWords = (iso: string) => `${iso.slice(11, 16)} UTC`;
