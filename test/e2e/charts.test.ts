import { expect } from 'chai';
import { quickBackend } from '../support/backends.ts';
import {
  CHANNEL,
  eventually,
  getIncident,
  incidentOfThread,
  startTestFleet,
  type TestFleet,
  untilState,
} from '../support/fleet.ts';

describe('the charts of a report, on the whole fleet', () => {
  let test: TestFleet;
  before(async () => {
    test = await startTestFleet(quickBackend(), { environment: { PUBLIC_URL: 'https://rca.example.com/' } });
  });
  after(() => test.close());

  it('come into the thread after the answer, and stand on the page that the answer leads to', async () => {
    const { sandbox, fleet } = test;
    const ts = sandbox.slack.postAsBot(CHANNEL, 'Database connection pool exhausted for user-service');
    const id = await incidentOfThread(fleet, ts);
    await untilState(fleet, id, 'posted', 30_000);
    const messages = await eventually('two pictures', async () => {
      const thread = sandbox.slack.thread(CHANNEL, ts);
      return thread.filter(({ files }) => files.length > 0).length === 2 ? thread : null;
    });
    const reply = messages.findIndex(({ metadata }) => metadata?.event_payload.part === 'reply');
    const pictures = messages.flatMap(({ files }, index) => files.map((file) => ({ file, index })));
    for (const { file, index } of pictures) {
      expect(index).to.be.above(reply);
      expect(file.mimetype).to.equal('image/png');
      expect(file.bytes.length).to.be.within(5_000, 200 * 1024);
      expect(file.altText).to.match(/ went from .* \(medians\) at \d\d:\d\d(:\d\d)? UTC$/);
    }
    expect(JSON.stringify(messages[reply]!.blocks)).to.include(`<https://rca.example.com/incidents/${id}|`);
    const { charts, deliveries } = await getIncident(fleet, id);
    expect(charts.map(({ kind }: { kind: string }) => kind)).to.deep.equal(['suspect_metric', 'caller_errors']);
    const sent = deliveries.filter(({ part }: { part: string }) => part.startsWith('chart-'));
    expect(sent.map(({ state }: { state: string }) => state)).to.deep.equal(['sent', 'sent']);
    const headers = { authorization: `Bearer ${fleet.adminToken}` };
    const page = await (await fetch(`${fleet.producer}/incidents/${id}`, { headers })).text();
    for (const { url } of charts) {
      expect(page).to.include(`src="${url}"`);
      const picture = await fetch(`${fleet.producer}${url}`, { headers });
      expect(picture.headers.get('content-type')).to.equal('image/png');
    }
  }).timeout(60_000);
});
