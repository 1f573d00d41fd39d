import { numberIn } from '../../kubernetes-state/logs/answer-rows.ts';
import { quote } from '../../kubernetes-state/quote.ts';
import { type Cells, type PrintedState, type Shown, serverOfShown } from '../printed/printed-state.ts';
import { shapeOf, shownStatement } from '../statement-shape.ts';
import type { StoryTeller } from '../story.ts';
import { noActions } from './story-parts.ts';

/** A replica this far behind shows old data, s; an applier that is at one change for this long is held up by it. */
const LATE = 60;

const APPLYING =
  /Applying batch of row changes|(?:Write|Update|Delete)_rows_log_event|Executing (?:row event|event)|Reading event from the relay log|System lock/i;

/** A replica whose applier works through one large change, row by row where its table has no key to find rows by. */
export const slowApplier: StoryTeller = ({ printed }, { server }) => {
  const late = latest(printed);
  const change = applying(printed);
  if (!late || !change) return null;
  const statement = change.what.info ?? change.what.left ?? change.what.query ?? '';
  const [table] = shapeOf(statement).tables;
  const defined = printed.definitions.find(({ what }) => what.table === table?.replace(/["`]/g, '').split('.').at(-1));
  const keyless = defined?.what.primaryKey === false;
  const cited = [late, change, ...(defined && keyless ? [defined] : [])];
  return {
    kind: 'applier',
    score: keyless ? 0.94 : 0.91,
    server: serverOfShown(cited, server),
    text: `The replica ${serverOfShown(cited, server)} lags behind (replication lag, ${late.what}) because its applier is busy with one large transaction: ${quote(shownStatement(statement, 140), 150)} (${change.what.state})${keyless && defined ? `; the table ${defined.what.table} has no primary key, so each row of the change is looked for row by row with a full table scan` : ''}`,
    brief: 'the applier of the replica is busy with one large change',
    evidence: cited.map(({ evidence }) => evidence),
    actions: noActions,
  };
};

function latest({ answers }: PrintedState): Shown<string> | null {
  for (const { text, server, evidence } of answers)
    if (numberIn(text, 'Seconds_Behind_(?:Source|Master)') >= LATE)
      return {
        what: /Seconds_Behind_(?:Source|Master): *\d+/.exec(text)?.[0] ?? 'Seconds_Behind_Source',
        server,
        evidence,
      };
  return null;
}

const applying = ({ rows }: PrintedState): Shown<Cells> | null =>
  rows.find(
    ({ what }) =>
      /system user/.test(what.user ?? '') &&
      Number(what.time) >= LATE &&
      (APPLYING.test(what.state ?? '') || /^\s*(?:delete|update|insert|alter|create)\b/i.test(what.info ?? '')) &&
      /[a-z]{3}/i.test(what.info ?? '') &&
      what.info !== 'NULL',
  ) ?? null;
