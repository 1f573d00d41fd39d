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
});
