import { expect } from 'chai';
import { slackEffects } from '../../../../../scripts/drills/harness/slack-effects.ts';
import type { SlackApiCall } from '../../../../../scripts/sandbox/slack/slack-service.ts';

const metadata = { event_type: 'rca_fleet_message', event_payload: { incident_id: 'i-1', run: 2, part: 'reply' } };

const call = (method: string, fields: Partial<SlackApiCall> = {}): SlackApiCall => ({
  at: '2026-11-20T10:00:00.000Z',
  method,
  args: { channel: 'C1', thread_ts: '1.0', metadata },
  status: 200,
  answer: { ok: true, channel: 'C1', ts: '1.5' },
  fault: null,
  ...fields,
});

describe('the effects in Slack that the checker reads', () => {
  it('are posts, edits and deletions, with the ids of our metadata', () => {
    const calls = [call('chat.postMessage'), call('chat.update'), call('chat.delete', { args: { channel: 'C1' } })];
    const effects = slackEffects(calls);
    expect(effects.map((effect) => effect.kind)).to.deep.equal(['post', 'edit', 'delete']);
    expect(effects[0]).to.include({
      channel: 'C1',
      ts: '1.5',
      threadTs: '1.0',
      incidentId: 'i-1',
      run: 2,
      part: 'reply',
    });
  });

  it('hold posts whose answer was lost or late', () => {
    const calls = [
      call('chat.postMessage', { fault: 'drop_answer' }),
      call('chat.postMessage', { fault: 'answer_late' }),
    ];
    expect(slackEffects(calls)).to.have.length(2);
  });

  it('leave out what was refused, never answered, or only read', () => {
    const refused = call('chat.postMessage', { answer: { ok: false, error: 'ratelimited' } });
    const hung = call('chat.postMessage', { status: 0, answer: { body: '' }, fault: 'hang' });
    expect(slackEffects([refused, hung, call('conversations.replies')])).to.deep.equal([]);
  });
});
