import { expect } from 'chai';
import { suspectChange } from '../../../../src/workers/changes/suspect-change.ts';
import {
  type Complaint,
  type Incident,
  incident,
  type Jump,
  tidyDecoy,
} from '../../../fixtures/rca/change-incident.ts';

/** What is held of a change whose harm others than those who run it may notice first: who is blamed, and why it is felt there. */
function felt(about: Pick<Incident, 'service' | 'metric' | 'complaints' | 'jumps'>, runsIn: string, diff: string[]) {
  const change = {
    id: 'fee1',
    title: 'clearer answers',
    files: [`services/${runsIn}/src/asked.ts`],
    diff: diff.join('\n'),
    deployed: [runsIn, 15] as [string, number],
  };
  const verdict = suspectChange(incident({ ...about, commits: [change, tidyDecoy(about.service)] }))!;
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
});
