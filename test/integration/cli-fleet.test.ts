import { expect } from 'chai';
import { deadLettersCommand } from '../../scripts/cli/dead-letters.ts';
import { doctorCommand } from '../../scripts/cli/doctor.ts';
import { migrateCommand } from '../../scripts/cli/migrate.ts';
import { sendAlertCommand } from '../../scripts/cli/send-alert.ts';
import { CHANNEL, repliesIn, startTestFleet, type TestFleet, untilState } from '../support/fleet.ts';
import { aPayload } from '../support/payloads.ts';
import { runCommand } from '../unit/scripts/cli/support/run-command.ts';

const incidentIn = (out: string) => /\/api\/incidents\/([0-9a-f-]{36})/.exec(out)?.[1] ?? '';

describe('the commands beside a running fleet', function () {
  this.timeout(60_000);
  let test: TestFleet;
  before(async () => {
    test = await startTestFleet('embedded');
  });
  after(() => test.close());

  const url = () => ['--url', test.fleet.producer];
  const send = (args: string[], stdin = '', environment: Record<string, string> = {}) =>
    runCommand(
      sendAlertCommand,
      [...url(), ...args],
      { ...test.environment, ...environment },
      { stdin: async () => stdin },
    );
  const deadLetters = (...args: string[]) => runCommand(deadLettersCommand, [...url(), ...args], test.environment);

  describe('npm run dead-letters', () => {
    /** Two incidents that Slack would not have. */
    const bury = async () => {
      test.sandbox.slack.setFault('chat.postMessage', { kind: 'error', error: 'channel_not_found' });
      const sent = await Promise.all(
        ['red', 'blue'].map((name) =>
          send(['--title', `Connection refused by ${name}`, '--service', name, '--label', `at=${Date.now()}`]),
        ),
      );
      const ids = sent.map(({ out }) => incidentIn(out));
      await Promise.all(ids.map((id) => untilState(test.fleet, id, 'dead')));
      test.sandbox.slack.clearFaults();
      return ids as [string, string];
    };

    it('lists, shows and redrives the dead, one by one and by reason', async () => {
      expect(await deadLetters()).to.deep.equal({ code: 0, out: '', err: 'no incident is dead' });
      const [red, blue] = await bury();
      const listed = await deadLetters('list');
      expect(listed.out.split('\n')).to.have.length(2);
      expect(listed.out).to.match(
        new RegExp(`^${red} {2}\\S+ {2}slack_rejected {2}post {2}Connection refused by red: Slack`, 'm'),
      );
      expect((await deadLetters('list', '--reason', 'bug')).err).to.equal('no incident is dead for bug');
      expect(JSON.parse((await deadLetters('list', '--json')).out).items).to.have.length(2);

      const { out: shown } = await deadLetters('show', red);
      expect(shown).to.match(/^state: +dead \(slack_rejected\): Slack chat\.postMessage: channel_not_found/m);
      expect(shown).to.match(/^run 1: +1 attempts, its report stands$/m);

      expect(await deadLetters('redrive', red)).to.deep.equal({
        code: 0,
        out: `${red}  the report is delivered again`,
        err: '',
      });
      await untilState(test.fleet, red, 'posted');
      const again = await deadLetters('redrive', red);
      expect(again.code).to.equal(1);
      expect(again.err).to.match(/answered 409: this incident is not dead/);

      expect((await deadLetters('redrive', '--reason', 'slack_unavailable')).err).to.equal(
        'no incident is dead for slack_unavailable',
      );
      expect((await deadLetters('list', '--until', '1h')).err).to.equal('no incident is dead of those');
      expect((await deadLetters('redrive', '--reason', 'slack_rejected', '--since', '1h')).out).to.match(
        /^1 are sent round again, 30 a minute, the last at 2\S+Z$/,
      );
      await untilState(test.fleet, blue, 'posted');
    });

    it('redrives all of them', async () => {
      const ids = await bury();
      const { code, out } = await deadLetters('redrive', '--all', '--per-minute', '600');
      expect(code).to.equal(0);
      expect(out).to.match(/^2 are sent round again, 600 a minute/);
      await Promise.all(ids.map((id) => untilState(test.fleet, id, 'posted')));
    });

    it('says what is wrong with the token, an id or the words', async () => {
      const wrongToken = await runCommand(deadLettersCommand, url(), {
        ...test.environment,
        ADMIN_TOKEN: 'other-token',
      });
      expect(wrongToken.code).to.equal(1);
      expect(wrongToken.err)
        .to.match(/answered 401: /)
        .and.not.to.include('other-token');
      const noToken = await runCommand(deadLettersCommand, url(), { ...test.environment, ADMIN_TOKEN: '' });
      expect(noToken.err).to.match(/ADMIN_TOKEN is not set/);
      const nobody = await deadLetters('show', '00000000-0000-4000-8000-000000000000');
      expect(nobody.err).to.match(/answered 404: no incident has this id/);
      const wrong = [
        ['redrive'],
        ['show'],
        ['show', 'x'],
        ['bury'],
        ['redrive', '--all', '--reason', 'bug'],
        ['list', '--reason', 'boredom'],
        ['list', '--since', 'yesterday'],
        ['redrive', '--all', '--per-minute', '0'],
        ['redrive', '--all', '--since', '1h'],
      ];
      for (const args of wrong) expect((await deadLetters(...args)).code, args.join(' ')).to.equal(2);
    });
  });

  describe('npm run send-alert', () => {
    const POOL = [
      '--title',
      'Database connection pool exhausted',
      '--service',
      'user-service',
      '--severity',
      'critical',
    ];

    it('sends an alert and prints the decision and where the incident is', async () => {
      const first = await send(POOL);
      expect(first.code).to.equal(0);
      expect(first.out).to.match(/^investigate {2}\/api\/incidents\/[0-9a-f-]{36} {2}no incident is open .*database/);
      const second = await send(POOL);
      expect(second.out).to.match(/^join .*/);
      expect(incidentIn(second.out)).to.equal(incidentIn(first.out));
      const incident = await untilState(test.fleet, incidentIn(first.out), 'posted');
      expect(incident).to.include({ agent: 'database', severity: 'critical', service: 'user-service', alertCount: 2 });
    });

    it('sends a signed Slack event that is answered in the thread of the message', async () => {
      const ts = test.sandbox.slack.postAsUser(CHANNEL, 'look at this');
      const { code, out } = await send(['--source', 'slack', '--title', 'DNS lookups fail for orders', '--ts', ts]);
      expect(code).to.equal(0);
      await untilState(test.fleet, incidentIn(out), 'posted');
      expect(repliesIn(test.sandbox, ts)).to.have.length(1);
    });

    it("sends Alertmanager's webhook, firing and resolved", async () => {
      const disk = [
        '--source',
        'alertmanager',
        '--title',
        'NodeFilesystemAlmostOutOfSpace',
        '--label',
        'instance=a:9100',
      ];
      const firing = await send(disk);
      const resolved = await send([...disk, '--status', 'resolved']);
      expect(resolved.out).to.match(/^resolve /);
      expect(incidentIn(resolved.out)).to.equal(incidentIn(firing.out));
    });

    it('sends a body from stdin to any source, as it is', async () => {
      const { code, out } = await send(
        ['--source', 'pagerduty', '--file', '-'],
        JSON.stringify(aPayload('pagerduty/v3-triggered')),
      );
      expect(code).to.equal(0);
      expect(out).to.match(/^investigate /);
    });

    it('says why nothing was taken up, and fails', async () => {
      const { code, out, err } = await send(
        ['--source', 'slack', '--file', '-'],
        JSON.stringify(aPayload('slack/person-chat')),
      );
      expect({ code, out }).to.deep.equal({ code: 1, out: '' });
      expect(err).to.match(/^ignored: .*\nsend-alert: nothing in the body was taken up/);
    });

    it('says what the producer refuses in its own words', async () => {
      expect((await send(['--title', 'x', '--severity', 'purple'])).err).to.match(
        /answered 422: `severity`: must be critical/,
      );
      const denied = await send(['--title', 'x'], '', { WEBHOOK_TOKEN: 'not-the-token' });
      expect({ code: denied.code, out: denied.out }).to.deep.equal({ code: 1, out: '' });
      expect(denied.err)
        .to.match(/answered 401: .* \(is the secret here the same/)
        .and.not.to.include('not-the-token');
      expect((await send(['--title', 'x'], '', { WEBHOOK_TOKEN: '' })).err).to.match(/WEBHOOK_TOKEN is not set/);
      expect((await send(['--source', 'signoz', '--file', '/no/such/file'])).err).to.match(
        /--file cannot be read: ENOENT/,
      );
      const away = await runCommand(
        sendAlertCommand,
        ['--url', 'http://127.0.0.1:65534', '--title', 'x'],
        test.environment,
      );
      expect(away.err).to.match(/cannot be reached \(.*ECONNREFUSED.*\): is it running there\?$/);
    });

    it('refuses what it would misunderstand, with code 2', async () => {
      const wrong = [
        [[], 'give --title, or --file'],
        [['title without option'], 'the title is --title'],
        [['--source', 'fax', '--title', 'x'], 'there is no source fax'],
        [['--source', 'datadog', '--title', 'x'], 'must come from --file'],
        [['--title', 'x', '--status', 'maybe'], '--status is firing or resolved'],
        [['--title', 'x', '--label', 'novalue'], '--label wants NAME=VALUE'],
        [['--title', 'x', '--file', '-'], '--title has no effect'],
        [['--source', 'slack', '--title', 'x', '--ts', 'now'], '--ts wants a timestamp'],
        [['--title', 'x', '--url', 'localhost'], 'is not an http(s) URL'],
      ] as const;
      for (const [args, why] of wrong) {
        const { code, err } = await send([...args]);
        expect(code, args.join(' ')).to.equal(2);
        expect(err).to.include(why);
      }
    });
  });

  it('lets the doctor find the running fleet, its ports and its embedded database', async () => {
    const ports = { PORT: new URL(test.fleet.producer).port, WORKER_PORT: new URL(test.fleet.workers).port };
    const { code, out } = await runCommand(doctorCommand, [], { ...test.environment, ...ports });
    expect(out).to.match(/^✓ PORT: \d+ is held by a running fleet$/m);
    expect(out).to.match(/^✓ WORKER_PORT: \d+ is held by a running fleet$/m);
    expect(out).to.match(/^✓ database: embedded in .*, in use by a running fleet/m);
    expect(code).to.equal(0);
  });

  it('refuses to migrate the embedded database under the fleet', async () => {
    const { code, err } = await runCommand(migrateCommand, ['up'], test.environment);
    expect(code).to.equal(1);
    expect(err).to.match(/^migrate: the embedded database in .* is in use by another process[^\n]*$/);
  });
});
