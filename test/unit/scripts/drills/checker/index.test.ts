import { expect } from 'chai';
import { check, RULES, type RuleName } from '../../../../../scripts/drills/checker/index.ts';
import type {
  Observed,
  SlackEffect,
  StoredIncident,
  WitnessEntry,
} from '../../../../../scripts/drills/checker/observed.ts';

const NOW = 1_000_000;
const CHANNEL = 'C0ALERTS01';

const sent = (outcome: WitnessEntry['outcome'], n: number, ids: WitnessEntry['ids'] = []): WitnessEntry => ({
  at: NOW,
  key: `drill-${n}`,
  delivery: `drill-${n}-1`,
  outcome,
  status: outcome === 'acknowledged' ? 202 : null,
  ids,
  why: null,
});

const posted = (part: string, ts: string, threadTs: string | null, incidentId = 'incident-1'): SlackEffect => ({
  at: NOW,
  kind: 'post',
  channel: CHANNEL,
  ts,
  threadTs,
  incidentId,
  run: 1,
  part,
});

const incident = (id: string, slack: StoredIncident['slack'] = null): StoredIncident => ({
  id,
  state: 'posted',
  deadReason: null,
  run: 1,
  attempts: 1,
  slack,
  createdAt: NOW,
  finishedAt: NOW + 2_000,
});

const delivery = (part: string, messageTs: string) => ({
  incidentId: 'incident-1',
  run: 1,
  part,
  state: 'sent',
  channel: CHANNEL,
  messageTs,
  wanted: 2,
  shown: 2,
});

/** A drill in which all went well: one alert by token, answered under its own root, and one from Slack. */
function goodDrill(): Observed {
  return {
    witness: [
      sent('invoked', 1),
      sent('unknown', 1),
      sent('invoked', 1),
      sent('acknowledged', 1, [{ alertId: 'alert-1', incidentId: 'incident-1' }]),
      sent('invoked', 2),
      sent('acknowledged', 2, [{ alertId: 'alert-2', incidentId: 'incident-2' }]),
      sent('invoked', 3),
      sent('failed', 3),
    ],
    slack: [
      posted('root', '1.1', null),
      posted('reply', '1.2', '1.1'),
      { ...posted('reply', '1.2', null), kind: 'edit' },
      posted('reply', '0.6', '0.5', 'incident-2'),
      posted('reply', '0.7', '0.5', 'incident-2'),
      { ...posted('reply', '0.7', null, 'incident-2'), kind: 'delete', incidentId: null, run: null, part: null },
    ],
    final: {
      at: NOW + 60_000,
      alerts: [
        { id: 'alert-1', key: 'drill-1', incidentId: 'incident-1', receivedAt: NOW },
        { id: 'alert-2', key: 'drill-2', incidentId: 'incident-2', receivedAt: NOW },
      ],
      incidents: [incident('incident-1'), incident('incident-2', { channel: CHANNEL, ts: '0.5' })],
      deliveries: [
        delivery('root', '1.1'),
        delivery('reply', '1.2'),
        { ...delivery('reply', '0.6'), incidentId: 'incident-2' },
      ],
      jobs: [],
      starts: [NOW, NOW + 1_000, NOW + 70_000],
      llmInvestigations: 3,
    },
    states: [
      { at: NOW, incidentId: 'incident-1', state: 'investigating', run: 1 },
      { at: NOW + 1, incidentId: 'incident-1', state: 'dead', run: 1 },
      { at: NOW + 2, incidentId: 'incident-1', state: 'received', run: 2 },
    ],
    readiness: [
      { at: NOW + 20_000, process: 'worker-1', ready: false },
      { at: NOW + 50_000, process: 'worker-1', ready: true },
    ],
    stuck: [{ process: 'worker-1', from: NOW, until: NOW + 40_000, what: 'Redis is down' }],
    resources: Array.from({ length: 60 }, (_, n) => ({
      at: NOW + n * 5_000,
      memoryMb: { 'worker-1#1': 120 + (n % 3) },
      connections: 60,
      keys: 40,
      held: { 'worker-1': 2 },
    })),
    healedAt: NOW,
    mayDieOf: [],
    limits: {
      finalWithinMs: 60_000,
      readinessWithinMs: 30_000,
      memoryMb: 300,
      memorySlopeMbPerMinute: 1,
      connections: 120,
      keysPerIncident: 8,
      investigationsPerWorker: 2,
      startsPerMinute: 4,
      postsPerMinute: 10,
      llmInvestigations: 10,
    },
  };
}

type Seed = (drill: Observed) => void;

/** For every rule, ways to break it that must be found; each is laid over the drill in which all went well. */
const SEEDED: Record<RuleName, Record<string, Seed>> = {
  'acknowledged implies stored': {
    'a row is lost': ({ final }) => void final.alerts.shift(),
    'the row is in another incident than was promised': ({ final }) => {
      final.alerts[0]!.incidentId = 'incident-2';
    },
    'the answer names no alert': ({ witness }) => {
      witness[3]!.ids = [];
    },
  },
  'a delivery is stored once at most': {
    'the repetition of a lost answer made a second row': ({ final }) =>
      void final.alerts.push({ ...final.alerts[0]!, id: 'alert-9' }),
  },
  'what is stored was sent': {
    'a row of nobody': ({ final }) => void final.alerts.push({ ...final.alerts[0]!, id: 'alert-9', key: 'drill-9' }),
  },
  'the same alert is one incident': {
    'two incidents of one alert': ({ final }) =>
      void final.alerts.push({ ...final.alerts[0]!, id: 'alert-9', incidentId: 'incident-2' }),
  },
  'every alert ends in a final state': {
    'one is left investigating': ({ final }) => {
      final.incidents[0]!.state = 'investigating';
    },
    'one has no incident': ({ final }) => {
      final.alerts[0]!.incidentId = null;
    },
    'its incident is gone': ({ final }) => void final.incidents.shift(),
  },
  'and in time': {
    'one took too long': ({ final }) => {
      final.incidents[0]!.finishedAt = NOW + 70_000;
    },
  },
  'nothing dies but of the fault': {
    'a death by stall count': ({ final }) => {
      Object.assign(final.incidents[0]!, { state: 'dead', deadReason: 'poison' });
    },
  },
  'final states never change': {
    'posted became investigating': ({ states }) =>
      void states.push(
        { at: NOW, incidentId: 'incident-2', state: 'posted', run: 1 },
        { at: NOW + 1, incidentId: 'incident-2', state: 'investigating', run: 1 },
      ),
    'dead became investigating in the same run': ({ states }) => {
      Object.assign(states[2]!, { state: 'investigating', run: 1 });
    },
    'the run fell': ({ states }) => {
      states[2]!.run = 0;
    },
  },
  'accepted = final + open': {
    'an incident without an alert': ({ final }) => void final.incidents.push(incident('incident-9')),
    'an incident twice': ({ final }) => void final.incidents.push(final.incidents[0]!),
  },
  'live jobs = open rows': {
    'a job of a posted incident': ({ final }) =>
      void final.jobs.push({ queue: 'investigate-network', id: 'incident-1-1', incidentId: 'incident-1', run: 1 }),
    'a job of no incident': ({ final }) =>
      void final.jobs.push({ queue: 'investigate-network', id: 'x', incidentId: 'incident-9', run: 1 }),
    'a queued incident without a job': ({ final }) => {
      final.incidents[0]!.state = 'queued';
    },
  },
  'one visible answer per run': {
    'a second reply': ({ slack }) => void slack.push(posted('reply', '1.3', '1.1')),
    'no reply': ({ slack }) => void slack.splice(1, 1),
    'two root messages': ({ slack }) => void slack.push(posted('root', '2.1', null)),
    'a reply that was deleted': ({ slack }) => void slack.push({ ...posted('reply', '1.2', null), kind: 'delete' }),
  },
  'a death is told in the thread': {
    'dead and silent': ({ final, slack }) => {
      Object.assign(final.incidents[0]!, { state: 'dead', deadReason: 'bug' });
      slack.splice(1, 1);
    },
  },
  'the answer is in the right thread': {
    'the thread of another incident': ({ slack }) => {
      slack[1]!.threadTs = '0.5';
    },
    'not in a thread': ({ slack }) => {
      slack[3]!.threadTs = null;
    },
  },
  'no answer without an accepted alert': {
    'an answer to nobody': ({ slack }) => void slack.push(posted('reply', '3.2', '3.1', 'incident-9')),
    'a message without our mark': ({ slack }) => {
      slack[0]!.incidentId = null;
    },
  },
  'the outbox agrees with Slack': {
    'a timestamp where nothing stands': ({ final }) => {
      final.deliveries[1]!.messageTs = '9.9';
    },
    'a reply behind what is wanted': ({ final }) => {
      final.deliveries[1]!.shown = 1;
    },
    'a reply that is still being sent': ({ final }) => {
      final.deliveries[1]!.state = 'sending';
    },
  },
  'readiness tells the truth': {
    'ready all the time': ({ readiness }) => {
      readiness[0]!.ready = true;
    },
    'told too late': ({ readiness }) => {
      readiness[0]!.at = NOW + 38_000;
    },
    'never ready again': ({ readiness }) => void readiness.pop(),
  },
  'limits hold under faults': {
    'a worker has too many at once': ({ resources }) => {
      resources[4]!.held = { 'worker-1': 3 };
    },
    'too many are begun in a minute': ({ final }) => {
      final.starts.push(...Array.from({ length: 9 }, (_, n) => NOW + 20_000 + n * 4_000));
    },
    'too many posts in a minute': ({ slack }) => {
      for (let n = 0; n < 14; n++) slack.push({ ...posted(`overflow-${n}`, `3.${n}`, '1.1'), at: NOW + n * 4_000 });
    },
    'the budget of the LLM is exceeded': ({ final }) => {
      final.llmInvestigations = 13;
    },
  },
  'memory stays bounded': {
    'one is too large': ({ resources }) => {
      resources[7]!.memoryMb['worker-1#1'] = 301;
    },
    'one grows steadily': ({ resources }) => {
      for (const [n, sample] of resources.entries()) sample.memoryMb['worker-1#1'] = 120 + n / 4;
    },
  },
  'connections stay bounded': {
    'too many': ({ resources }) => {
      resources[3]!.connections = 121;
    },
  },
  'keys stay bounded': {
    'too many are left': ({ resources }) => {
      resources.at(-1)!.keys = 250;
    },
  },
  'rows stay bounded': {
    'more alerts than were sent': ({ final }) => {
      for (const id of ['a', 'b', 'c']) final.alerts.push({ ...final.alerts[0]!, id });
    },
    'deliveries without end': ({ final }) => {
      final.deliveries.push(...Array.from({ length: 30 }, (_, n) => delivery(`overflow-${n + 1}`, '1.1')));
    },
  },
};

describe('the checker of the drills', () => {
  it('finds nothing in a drill in which all went well', () => {
    expect(check(goodDrill())).to.deep.equal([]);
  });

  for (const rule of Object.keys(RULES) as RuleName[]) {
    for (const [what, seed] of Object.entries(SEEDED[rule])) {
      it(`finds a broken "${rule}": ${what}`, () => {
        const drill = goodDrill();
        seed(drill);
        const broken = check(drill);
        expect(broken.map((violation) => violation.rule)).to.include(rule);
        expect(broken.find((violation) => violation.rule === rule)!.found[0])
          .to.be.a('string')
          .and.not.equal('');
      });
    }
  }

  it('takes some megabytes in some minutes for no growth', () => {
    const drill = goodDrill();
    for (const [n, sample] of drill.resources.entries()) sample.memoryMb['worker-1#1'] = 120 + n / 8;
    expect(check(drill)).to.deep.equal([]);
  });

  it('does not hold a short outage against readiness', () => {
    const drill = goodDrill();
    drill.stuck[0]!.until = NOW + 5_000;
    drill.readiness = [{ at: NOW + 6_000, process: 'worker-1', ready: true }];
    expect(check(drill)).to.deep.equal([]);
  });

  it('counts the time of an incident from the end of the fault', () => {
    const drill = goodDrill();
    drill.final.incidents[0]!.finishedAt = NOW + 70_000;
    drill.healedAt = NOW + 20_000;
    expect(check(drill)).to.deep.equal([]);
  });

  it('lets die what the fault accounts for, when the thread says so or Slack is the fault', () => {
    const drill = goodDrill();
    drill.mayDieOf = ['slack_rejected'];
    Object.assign(drill.final.incidents[0]!, { state: 'dead', deadReason: 'slack_rejected' });
    expect(check(drill)).to.deep.equal([]);
  });
});
