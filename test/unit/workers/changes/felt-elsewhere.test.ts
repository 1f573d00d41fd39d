import { expect } from 'chai';
import { suspectChange } from '../../../../src/workers/changes/suspect-change.ts';
import {
  type Complaint,
  formEvidence,
  type Incident,
  incident,
  type Jump,
  tidyDecoy,
} from '../../../fixtures/rca/change-incident.ts';

/** What is held of a change whose harm others than those who run it may notice first: who is blamed, and why it is felt there. */
function felt(
  about: Pick<Incident, 'service' | 'metric' | 'complaints' | 'jumps'>,
  runsIn: string,
  diff: string[],
  calls: [caller: string, callee: string][] = [],
) {
  const change = {
    id: 'fee1',
    title: 'clearer answers',
    files: [`services/${runsIn}/src/asked.ts`],
    diff: diff.join('\n'),
    deployed: [runsIn, 15] as [string, number],
  };
  const input = incident({ ...about, commits: [change, tidyDecoy(about.service)] });
  const edges = calls.map(([caller, callee]) => ({ caller, callee }));
  if (edges.length > 0) input.evidence.push(formEvidence(60, 'topology.services', { edges }));
  const verdict = suspectChange(input)!;
  const judged = verdict.culprit ?? verdict.ruledOut.find(({ judged: one }) => one.live.id === 'fee1')?.judged;
  return { blamed: verdict.culprit?.live.id ?? null, place: judged?.place };
}

describe('a change that others feel than those who run it', () => {
  it('holds what they give, and its own connections grow since then', () => {
    const diff = [
      '   const socket = await registry.open(port);',
      '+  if (port.closed) return null;',
      '   const berth = await socket.ask(port);',
      '   socket.close();',
    ];
    const complaints: Complaint[] = [
      { service: 'berths', body: 'ask for berth %: connect EMFILE 10.0.0.4:700' },
      { service: 'registry', body: 'too many clients, turned away %' },
    ];
    const place = (jumps: Jump[]) => {
      const about = { service: 'registry', metric: 'refused_ratio', complaints, jumps };
      return felt(about, 'berths', diff).place;
    };
    const grows = { service: 'berths', metric: 'process_open_fds', from: 40, to: 900, minutesAgo: 12 };
    expect(place([grows])).to.include({
      score: 1,
      why: 'process_open_fds of berths grows since then, at the cost of registry',
    });
    for (const jump of [
      { ...grows, minutesAgo: 30 },
      { ...grows, metric: 'requests_per_sec' },
    ])
      expect(place([jump])?.score, jump.metric).to.be.lessThan(1);
  });

  it('gives them less than there is, and its own answers are smaller or quicker since then', () => {
    const diff = [
      ' router.get("/members", async (req, res) => {',
      '-  res.json(await members.all(req.query.club));',
      '+  const limit = Number(req.query.limit ?? 50);',
      '+  res.json(await members.all(req.query.club, { limit }));',
      ' });',
    ];
    const complaints: Complaint[] = [
      { service: 'badges', body: 'run %: 4210 members gone, badges withdrawn' },
      { service: 'badges', body: 'member % is missing in the answer' },
    ];
    const about = (jumps: Jump[]) => ({ service: 'badges', metric: 'members_removed_per_run', complaints, jumps });
    const smaller = { service: 'clubs', metric: 'response_size_bytes', from: 900_000, to: 11_000, minutesAgo: 14 };
    const found = felt(about([smaller]), 'clubs', diff);
    expect(found.blamed).to.equal('fee1');
    expect(found.place?.score).to.equal(1);
    expect(found.place?.why).to.match(/smaller since then, .*response_size_bytes of clubs went from 9\d+ to 11\d+/);
    const quicker = { ...smaller, metric: 'http_request_duration_p95_ms' };
    expect(felt(about([quicker]), 'clubs', diff).place?.why).to.include('quicker since then');
    const asked = { ...smaller, metric: 'requests_per_sec', from: 80, to: 2 };
    for (const jumps of [[], [{ ...smaller, minutesAgo: 40 }], [smaller, asked]])
      expect(felt(about(jumps), 'clubs', diff).place?.score).to.be.lessThan(1);
  });

  it('makes the key of a request anew with each try, and others count the duplicates', () => {
    const diff = [
      '   def book(self, berth):',
      '-        key = str(uuid4())',
      '         for attempt in range(4):',
      '-            self.http.post("/bookings", berth, key)',
      '+            self.http.post("/bookings", berth, str(uuid4()))',
    ];
    const about = (body: string) => ({
      service: 'ledger',
      metric: 'entries_refused_per_min',
      complaints: [{ service: 'ledger', body }],
      jumps: [],
    });
    const found = felt(about('berth % was booked twice, 4 s apart'), 'berths', diff);
    expect(found.blamed).to.equal('fee1');
    expect(found.place).to.include({ score: 1 });
    expect(found.place?.why).to.include('ledger counts more than one of what berths takes for one and the same');
    expect(felt(about('entry % refused: the month is closed'), 'berths', diff).blamed).to.equal(null);
  });

  it('keeps nothing in its cache any more, and asks for everything what is behind it', () => {
    const diff = ['-    cache.setex(key, KEPT, berth)', '+    cache.psetex(key, KEPT, berth)'];
    const complaints: Complaint[] = [{ service: 'tides', body: 'slow forecast %: 1400 ms, 90 requests in progress' }];
    const rush = { service: 'tides', metric: 'requests_per_sec', from: 20, to: 700 };
    const about = (jumps: Jump[]) => ({ service: 'tides', metric: 'p99_ms', complaints, jumps: [rush, ...jumps] });
    for (const lost of [
      { metric: 'tide_cache_hit_ratio', from: 0.97, to: 0.04 },
      { metric: 'cache_misses_per_sec', from: 4, to: 500 },
    ]) {
      const found = felt(about([{ service: 'berths', minutesAgo: 12, ...lost }]), 'berths', diff);
      expect(found.blamed, lost.metric).to.equal('fee1');
      expect(found.place, lost.metric).to.include({ score: 1, why: 'it makes berths ask tides more than before' });
    }
    expect(felt(about([]), 'berths', diff).blamed).to.equal(null);
  });

  it('keeps nothing in a cache that is a service of its own', () => {
    const diff = ['-    key = f"tide:{port}"', '+    key = f"tide:{port}:{session.id}"', '     return cache.get(key)'];
    const complaints: Complaint[] = [{ service: 'tides', body: 'slow forecast %: 1400 ms, 90 requests in progress' }];
    const about = (service: string) => ({
      service: 'tides',
      metric: 'queries_per_sec',
      complaints,
      jumps: [{ service, metric: 'hit_ratio', from: 0.97, to: 0.04, minutesAgo: 12 }],
    });
    expect(felt(about('keeper'), 'berths', diff, [['berths', 'keeper']]).place).to.include({
      score: 1,
      why: 'it makes berths ask tides more than before',
    });
    expect(felt(about('keeper'), 'berths', diff, [['pilots', 'keeper']]).blamed).to.equal(null);
  });

  it('opens more of the connections that a server has for all', () => {
    const diff = ['-  pool_size: 10', '+  pool_size: 60'];
    const complaints: Complaint[] = [
      { service: 'berths-db', body: 'FATAL: sorry, too many clients already' },
      { service: 'ferries', body: 'no timetable for %: sorry, too many clients already' },
    ];
    const about = (body: string, jumps: Jump[]) => ({
      service: 'ferries',
      metric: 'http_5xx_ratio',
      complaints: complaints.map((one) => ({ ...one, body: body || one.body })),
      jumps,
    });
    const opens = { service: 'berths', metric: 'db_pool_open_connections', from: 40, to: 240, minutesAgo: 12 };
    const found = felt(about('', [opens]), 'berths', diff);
    expect(found.blamed).to.equal('fee1');
    expect(found.place).to.include({ score: 1, by: 'berths' });
    expect(felt(about('', []), 'berths', diff).blamed, 'no more are open').to.equal(null);
    expect(felt(about('', [{ ...opens, minutesAgo: 40 }]), 'berths', diff).blamed, 'open long before').to.equal(null);
    expect(felt(about('upstream answered 500 for %', [opens]), 'berths', diff).blamed, 'none is refused').to.equal(
      null,
    );
  });

  it('asks by itself, where none of those who ask is asked for more', () => {
    const diff = [' forecast_rollout:', '-  percent: 4', '+  percent: 80'];
    const complaints: Complaint[] = [
      { service: 'tides', body: 'concurrency limit reached: 400 requests in flight, % ms' },
    ];
    const rush = { service: 'tides', metric: 'requests_per_sec', from: 20, to: 400 };
    const place = (jumps: Jump[], caller = 'berths') =>
      felt({ service: 'tides', metric: 'p99_ms', complaints, jumps }, 'berths', diff, [
        [caller, 'tides'],
        ['pilots', 'tides'],
      ]);
    expect(place([rush]).blamed).to.equal('fee1');
    expect(place([rush]).place).to.include({ score: 1, why: 'it makes berths ask tides more than before' });
    for (const other of ['berths', 'pilots'])
      expect(place([rush, { ...rush, service: other }]).blamed, `${other} is asked for more`).to.equal(null);
    expect(place([rush], 'ferries').blamed, 'who runs it does not ask').to.equal(null);
    expect(place([]).blamed, 'asked as before').to.equal(null);
  });
});
