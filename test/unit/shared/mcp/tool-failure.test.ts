import { expect } from 'chai';
import { DependencyError } from '../../../../src/shared/errors.ts';
import {
  describeToolFailure,
  FAILURE_META_KEY,
  fromToolFailure,
  toToolFailure,
} from '../../../../src/shared/mcp/tool-failure.ts';

describe('tool failures', () => {
  it('come back as the error they were', () => {
    const error = new DependencyError('slack', 'rate_limit', 'too many posts', {
      retryAfterMs: 3000,
      detail: 'ratelimited',
      sent: true,
    });
    const back = fromToolFailure('slack', { [FAILURE_META_KEY]: toToolFailure(error) }, 'text');
    expect(back).to.deep.include({ dependency: 'slack', failure: 'rate_limit', message: 'too many posts' });
    expect(back).to.include({ retryAfterMs: 3000, detail: 'ratelimited', ambiguous: true, retryable: true });
  });

  it('say what we wrote of them, without the words of the libraries below', () => {
    const cause = new Error('HTTP-Code: 400 Body: "{...}"');
    const error = new DependencyError('kubernetes', 'not_found', 'there is no such log', { cause });
    expect(toToolFailure(error).message).to.equal('there is no such log');
    expect(toToolFailure(cause).message).to.contain('HTTP-Code');
  });

  it('say in words when to come again and what to look at first', () => {
    const error = new DependencyError('slack', 'timeout', 'no answer', { retryAfterMs: 1500, sent: true });
    expect(describeToolFailure(toToolFailure(error))).to.equal(
      'no answer Try again in 2 s. It may have had its effect all the same: look before you call again.',
    );
  });

  it('of a server that is not ours are tool errors with its text', () => {
    const back = fromToolFailure('other', { [FAILURE_META_KEY]: { failure: 'nonsense' } }, 'pod not found');
    expect(back).to.include({ failure: 'tool_error', message: 'pod not found', ambiguous: false });
  });

  it('tell arguments that an SDK server refused from failed tools', () => {
    const back = fromToolFailure('other', undefined, 'MCP error -32602: Input validation error');
    expect(back.failure).to.equal('bad_request');
  });
});
