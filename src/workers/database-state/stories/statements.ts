import { quote } from '../../kubernetes-state/quote.ts';
import { isStrained } from '../calm-series.ts';
import { seenIn } from '../complaints.ts';
import { changeText, metricOf, type SeriesProfile } from '../profile-series.ts';
import { shapeOf, shownStatement, writesRows } from '../statement-shape.ts';
import type { StoryTeller } from '../story.ts';
import { demand } from './demand.ts';
import {
  heaviest,
  isFelt,
  noActions,
  numbers,
  rose,
  shareOf,
  topText,
  waitNames,
  worksForSeconds,
} from './story-parts.ts';

/** From here on a processor is busy, percent. */
const BUSY = 80;

/** One query that takes the server over. */
export const query: StoryTeller = (state, { server, text }) => {
  const cpu = metricOf(state, 'CPUUtilization');
  const top = heaviest(state.profile);
  if (!top || top.share < 0.45 || /vacuum|checkpointer/i.test(top.statement)) return null;
  const shape = shapeOf(top.statement);
  const busy = cpu !== null && cpu.after >= BUSY && !cpu.recovered;
  const reads = rose(metricOf(state, 'ReadIOPS'), 2) || rose(metricOf(state, 'ReadLatency'), 3);
  // A server has room for a large query: it does harm where the server is strained, or where somebody says so.
  const harm = isStrained(state) || isFelt(seenIn(text));
  const grown = state.profile && growth(state.profile.load) >= 2;
  if (shape.verb !== 'select' || !(busy || reads || grown)) return null;
  const asked = busy ? demand(state, cpu) : null;
  const onCpu = /^CPU/.test(top.waits[0]?.name ?? '') || shareOf(state.profile, /^CPU/) >= 0.4;
  const scan =
    reads || shape.joins > 0 || shape.aggregate || (onCpu && shape.where && worksForSeconds(top))
      ? ' (it reads far more rows than it needs: a sequential scan or bad plan, probably a missing index)'
      : '';
  return {
    kind: 'query',
    score: busy && onCpu ? 0.9 : busy ? 0.8 : harm ? 0.64 : 0.3,
    text: `One expensive query ${onCpu && busy ? 'saturates the CPU (CPU saturation)' : 'overloads the database server'}${onCpu && busy ? ` of the database server ${server}` : ` ${server}`}: ${quote(shownStatement(top.statement), 170)} takes most of the load, waiting on ${waitNames(top.waits, 2) || 'CPU'}${scan}${cpu ? `; ${changeText(cpu)}` : ''}${asked ? `, while more requests arrive (${changeText(asked)})` : ''}`,
    brief: 'one query takes most of the load',
    evidence: [...numbers(cpu, asked, metricOf(state, 'ReadIOPS')), ...(state.profile ? [state.profile.evidence] : [])],
    actions: noActions,
  };
};

/** Fewer sessions at work than this overload no server, whatever they were before. */
const HARDLY = 0.5;

function growth(load: number[]): number {
  const [first, last] = [load.slice(0, 2), load.slice(-3)];
  const before = first.reduce((sum, value) => sum + value, 0) / Math.max(1, first.length);
  const after = last.reduce((sum, value) => sum + value, 0) / Math.max(1, last.length);
  return before > 0 && after >= HARDLY ? after / before : 1;
}

/** So many times the usual writes are trouble by themselves. */
const FAR_MORE = 4;

/** A workload that writes far more than before. */
export const writes: StoryTeller = (state, { server, text }) => {
  const [iops, wal] = [metricOf(state, 'WriteIOPS'), metricOf(state, 'TransactionLogsGeneration')];
  const up = [iops, wal].filter((one): one is SeriesProfile => rose(one, 2) && !one.recovered);
  const top = heaviest(state.profile);
  if (up.length === 0 || !top || !writesRows(top.statement)) return null;
  return {
    kind: 'writes',
    score: up.some((one) => rose(one, FAR_MORE)) || isStrained(state) || isFelt(seenIn(text)) ? 0.62 : 0.3,
    text: `A write-heavy workload loads the database server ${server}: ${up.map(changeText).join(', ')}${topText(top)}`,
    brief: `the server writes far more (${up.map(changeText).join(', ')})`,
    evidence: [...numbers(...up), ...(state.profile ? [state.profile.evidence] : [])],
    actions: noActions,
  };
};
