import { expect } from 'chai';
import { alertRequests, LOAD_SOURCES } from '../../../../scripts/bench/alert-bodies.ts';
import { findSource } from '../../../../src/producer/sources/index.ts';
import { verifySignature } from '../../../../src/producer/verify-signature.ts';

const credentials = { webhookToken: 'token', signingSecret: 'secret' };
const context = { receivedAt: new Date(), headers: {}, ownSlack: null };

describe('the load of the bench', () => {
  for (const source of LOAD_SOURCES) {
    it(`sends ${source} alerts of about 1 KB, each a new problem`, () => {
      const next = alertRequests(source, credentials);
      const requests = Array.from({ length: 50 }, next);
      const alerts = requests.flatMap(({ body }) => findSource(source)!.parse(JSON.parse(body), context).alerts);
      expect(alerts.map(({ status }) => status)).to.deep.equal(requests.map(() => 'firing'));
      expect(new Set(alerts.map(({ fingerprint }) => fingerprint))).to.have.property('size', 50);
      expect(new Set(alerts.map(({ deliveryKey }) => deliveryKey))).to.have.property('size', 50);
      for (const { body } of requests) expect(Buffer.byteLength(body)).to.be.within(900, 1_300);
    });
  }

  it('signs the Slack events', () => {
    const { headers, body } = alertRequests('slack', credentials)();
    const check = verifySignature({ rawBody: Buffer.from(body), headers }, ['secret'], new Date());
    expect(check).to.deep.equal({ ok: true });
  });
});
