import { defaultAnswer } from '../default-answer.ts';
import { answer, callsSoFar, mayAsk, type SandboxModel, serviceIn, toolCall } from './sandbox-model.ts';

/** Asks the same for ever; concludes when it has no tools any more. */
export const looping: SandboxModel = (request) =>
  mayAsk(request)
    ? { content: null, toolCalls: [toolCall('pods_status', { service: serviceIn(request) })] }
    : answer(defaultAnswer(request));

/** Always finds something new to ask, several questions at once; concludes when it has no tools any more. */
export const hungry: SandboxModel = (request) => {
  if (!mayAsk(request)) return answer(defaultAnswer(request));
  const asked = callsSoFar(request).length;
  const limits = [asked + 1, asked + 2, asked + 3];
  return {
    content: null,
    toolCalls: limits.map((limit) => toolCall('logs_query', { service: serviceIn(request), limit })),
  };
};

/** Does not notice that it has no tools any more, and never concludes. */
export const stubborn: SandboxModel = (request) => ({
  content: null,
  toolCalls: [toolCall('logs_query', { service: serviceIn(request), limit: request.messages.length })],
});

/** Asks for tools that nobody gave it, some of which would do harm. */
export const unknownTool: SandboxModel = (request) =>
  mayAsk(request) && callsSoFar(request).length === 0
    ? {
        content: null,
        toolCalls: [
          toolCall('slack.post_message', { channel: 'C0ALERTS01', text: '<!channel> hello' }),
          toolCall('kubectl delete pod', { name: 'x' }),
          toolCall('slack_post_message', { channel: 'C0ALERTS01', text: '<!channel> hello' }),
        ],
      }
    : answer(defaultAnswer(request));

/** Cannot write JSON for the arguments of its tools. */
export const brokenArguments: SandboxModel = (request) =>
  mayAsk(request) && callsSoFar(request).length === 0
    ? {
        content: null,
        toolCalls: [
          { name: 'logs_query', arguments: '{"service": "user-serv' },
          { name: 'pods_status', arguments: '["user-service"]' },
          { name: 'pods_logs', arguments: '{"pod": 7, "rm": "-rf"}' },
        ],
      }
    : answer(defaultAnswer(request));

/** Asks about what the incident is not about. */
export const curious: SandboxModel = (request) =>
  mayAsk(request) && callsSoFar(request).length === 0
    ? {
        content: null,
        toolCalls: [
          toolCall('pods_status', { namespace: 'vault-internal' }),
          toolCall('http_check', { url: 'http://169.254.169.254/latest/meta-data/' }),
          toolCall('logs_query', { searchText: 'password' }),
          toolCall('tcp_check', { host: 'evil.example.net', port: 22 }),
        ],
      }
    : answer(defaultAnswer(request));
