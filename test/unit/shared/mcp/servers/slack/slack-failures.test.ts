import { expect } from 'chai';
import {
  httpFailure,
  platformFailure,
  requestFailure,
} from '../../../../../../src/shared/mcp/servers/slack/slack-failures.ts';

const call = (more: { effect?: boolean; signal?: AbortSignal } = {}) => ({
  method: 'chat.postMessage',
  effect: true,
  signal: new AbortController().signal,
  cause: null,
  ...more,
});
const fetchFailed = (code: string) =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });

describe('slack-failures', () => {
  it('knows which broken connections cannot have carried the request', () => {
    for (const code of ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']) {
      expect(requestFailure(fetchFailed(code), call()), code).to.include({ failure: 'connection', ambiguous: false });
    }
    for (const code of ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'ETIMEDOUT']) {
      expect(requestFailure(fetchFailed(code), call()), code).to.include({ failure: 'connection', ambiguous: true });
    }
  });

  it('finds the reason inside of an attempt on several addresses', () => {
    const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    const thrown = new TypeError('fetch failed', { cause: new AggregateError([refused, refused]) });
    expect(requestFailure(thrown, call())).to.include({ ambiguous: false });
  });

  it('calls nothing ambiguous that changes nothing', () => {
    expect(requestFailure(fetchFailed('ECONNRESET'), call({ effect: false }))).to.include({ ambiguous: false });
    expect(httpFailure(503, call({ effect: false }))).to.include({ failure: 'overload', ambiguous: false });
  });

  it('says what to do about the words that people can do something about', () => {
    expect(platformFailure('not_in_channel', [], call()).message).to.include('/invite');
    expect(platformFailure('missing_scope', [], call()).message).to.include('scope');
    expect(platformFailure('a_new_word', ['[ERROR] see here'], call())).to.include({
      failure: 'bad_request',
      detail: 'a_new_word',
      message: 'Slack chat.postMessage: a_new_word ([ERROR] see here)',
    });
  });
});
