import { onPostgres } from '../harness/servers.ts';
import type { Drill, Stage } from '../harness/stage.ts';
import { preload } from '../preloads/preload.ts';
import { expectWorking, supervised, untilBusy } from './steps.ts';

const DEATHS = 3;
const POISON = 'poisonous-payload';

const deadIncidents = ({ environment }: Stage) =>
  onPostgres<{ id: string; reason: string }>(
    environment.DATABASE_URL!,
    `select id, dead_reason as reason from rca_fleet.incidents where state = 'dead'`,
  );

/** The process that works on it dies, whoever that is; the others' work goes on. */
export const poisonAlert: Drill = {
  name: 'poison-alert',
  what: `an alert whose investigation kills its worker each time: after ${DEATHS} deaths it is a dead letter, the others go on`,
  backends: ['redis', 'postgres'],
  shortOn: ['redis'],
  environment: preload('die-of-poison', { DRILL_POISON: POISON }),
  limits: { finalWithinMs: 180_000 },
  seconds: { short: 240, long: 240 },
  async run(stage) {
    const { sender, watch, mayDieOf, expect, say } = stage;
    mayDieOf('poison');
    sender.start(2);
    await untilBusy(stage);
    const poison = await sender.deliver(sender.alert(`Connection refused by ${POISON} of`));
    const ids = poison?.incidentIds ?? [];
    const deaths = await supervised(stage, () => watch.untilFinal(ids, 200_000));
    say(`${deaths} workers died of it`);
    expect(`workers died ${DEATHS} times of it, not ${deaths} times`, deaths === DEATHS);
    const dead = await deadIncidents(stage);
    expect(
      `it alone is dead, of poison (${JSON.stringify(dead)})`,
      dead.length === 1 && dead[0]!.id === ids[0] && dead[0]!.reason === 'poison',
    );
    await expectWorking(stage, 30);
  },
};
