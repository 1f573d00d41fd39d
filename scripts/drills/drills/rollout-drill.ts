import type { FleetProcess } from '../harness/fleet-process.ts';
import { makeNewerProgram } from '../harness/newer-program.ts';
import { onPostgres } from '../harness/servers.ts';
import type { Drill, Stage } from '../harness/stage.ts';
import { countOf, expectWorking, untilBusy, wait, whileInvestigationsHang } from './steps.ts';

const SIDE_BY_SIDE_S = 12;

/** What a newer program may have written into rows that an older one reads. */
const UNKNOWN = `
with held as (
  select id, incident_id from rca_fleet.investigations where report is null and lease_until > now()
), told as (
  update rca_fleet.investigations set progress = progress || '[{"stage":"triage","what":"a step of the next release",
    "status":"skipped","outcome":null,"at":"2026-11-20T10:00:00.000Z","score":1}]' where id in (select id from held)
), noted as (
  update rca_fleet.incidents set classification = classification || '{"triage":{"score":1}}', drill_score = 1
  where id in (select incident_id from held)
)
update rca_fleet.alerts set alert = alert || '{"triage":{"score":1}}' where id in
  (select alert_id from rca_fleet.incident_alerts where incident_id in (select incident_id from held))
returning id`;

async function deploy(member: FleetProcess, root: string, { expect }: Stage): Promise<void> {
  member.deploy(root);
  const code = await member.restart();
  expect(`the old ${member.name} ends with code 0 on SIGTERM (it was ${code})`, code === 0);
}

/** Every incident can be read from an old producer, whatever a newer program has written into it. */
async function expectReadable({ fleet, environment, sender, expect }: Stage): Promise<void> {
  const old = fleet.producers[1]!.url;
  const headers = { authorization: `Bearer ${environment.ADMIN_TOKEN}` };
  const statuses = new Set<number>();
  for (const path of ['', ...sender.acknowledged.slice(0, 20).map((one) => `/${one.incidentIds[0]}`)]) {
    const response = await fetch(`${old}/api/incidents${path}`, { headers });
    statuses.add(response.status);
    await response.arrayBuffer();
  }
  expect(`an old producer shows every incident (${[...statuses]})`, [...statuses].join() === '200');
}

/** The rollout as we advise it: the schema first, then the processes one by one, an old one dying in between. */
export const rollout: Drill = {
  name: 'two-versions',
  what: 'a release with a newer schema and newer jobs is rolled out under load; old and new work side by side, an old one is killed',
  backends: ['redis', 'postgres'],
  shortOn: ['redis'],
  seconds: { short: 150, long: 150 },
  async run(stage) {
    const { fleet, sender, environment, say, expect } = stage;
    const [old, other] = [fleet.workers[1]!, fleet.workers[0]!];
    const newer = makeNewerProgram();
    stage.defer(newer.remove);
    sender.start(2);
    await untilBusy(stage);
    newer.migrate(environment.DATABASE_URL!);
    say(`the schema is at version ${newer.schema}, all processes are older`);
    await expectWorking(stage, 30);
    await deploy(other, newer.root, stage);
    await deploy(fleet.producers[0]!, newer.root, stage);
    await old.signal('SIGKILL');
    await old.start();
    say('an old worker has started on the newer schema');
    await whileInvestigationsHang(stage, async () => {
      await wait(stage, 2);
      const touched = await onPostgres(environment.DATABASE_URL!, UNKNOWN);
      expect('rows of investigations under way were touched', touched.length > 0);
    });
    await wait(stage, SIDE_BY_SIDE_S);
    await expectReadable(stage);
    await expectWorking(stage, 30);
    await deploy(old, newer.root, stage);
    await deploy(fleet.producers[1]!, newer.root, stage);
    await expectWorking(stage, 30);
    const all = Object.values(sender.statuses()).reduce((sum, count) => sum + count, 0);
    expect(`no webhook is refused (${JSON.stringify(sender.statuses())})`, countOf(stage, '202') === all);
  },
};
