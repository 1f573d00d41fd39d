import type { Chart } from '../chart.ts';
import type { Database, Row } from '../database/database.ts';
import { storableText } from './storable-json.ts';

/** A chart of a run; `drawn` says whether its PNG stands, `failure` why it could not be drawn. */
export type StoredChart = { number: number; chart: Chart; drawn: boolean; failure: string | null };

export type ChartStore = {
  /** The charts of a run, by number from 1. */
  list(incidentId: string, run: number): Promise<StoredChart[]>;
  /** The PNG of a chart; null when there is none. */
  png(incidentId: string, run: number, number: number): Promise<Buffer | null>;
  /** Keeps the PNG of a chart (at most 200 KB); the first one stays, since it may have been delivered. */
  saveDrawn(incidentId: string, run: number, number: number, png: Buffer): Promise<void>;
  /** Notes why a chart could not be drawn. */
  saveFailure(incidentId: string, run: number, number: number, why: string): Promise<void>;
};

const MAX_FAILURE = 300;
const OF_RUN = `from rca_fleet.investigations v
  where v.id = c.investigation_id and v.incident_id = $1 and v.run = $2`;

/** The repository of charts; they are made with their report, see `saveReport`. */
export function createChartStore(database: Database): ChartStore {
  return {
    list: (incidentId, run) =>
      database.query<StoredChart & Row>(
        `select c.number, c.chart, c.png is not null as drawn, c.failure from rca_fleet.charts c
         join rca_fleet.investigations v on v.id = c.investigation_id
         where v.incident_id = $1 and v.run = $2 order by c.number`,
        [incidentId, run],
      ),
    async png(incidentId, run, number) {
      const rows = await database.query<{ png: Uint8Array | null }>(
        `select c.png from rca_fleet.charts c join rca_fleet.investigations v on v.id = c.investigation_id
         where v.incident_id = $1 and v.run = $2 and c.number = $3`,
        [incidentId, run, number],
      );
      const png = rows[0]?.png;
      // The two drivers give bytes in arrays of their own.
      return png ? Buffer.from(png) : null;
    },
    async saveDrawn(incidentId, run, number, png) {
      await database.query(
        `update rca_fleet.charts c set png = coalesce(c.png, $4::bytea), failure = null ${OF_RUN} and c.number = $3`,
        [incidentId, run, number, png],
      );
    },
    async saveFailure(incidentId, run, number, why) {
      await database.query(`update rca_fleet.charts c set failure = $4 ${OF_RUN} and c.number = $3 and c.png is null`, [
        incidentId,
        run,
        number,
        storableText(why, MAX_FAILURE),
      ]);
    },
  };
}
