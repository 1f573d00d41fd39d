import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import type { Router } from 'express';
import type { Queues } from '../shared/queues/queues.ts';

/** Bull Board over all queues, to be mounted under `/queues` behind the admin login. */
export function createBoard(queues: Queues, names: string[]): Router {
  const server = new ExpressAdapter();
  server.setBasePath('/queues');
  createBullBoard({
    queues: names.map(
      (name) => new BullMQAdapter(queues.queue(name) as never, { description: DESCRIPTIONS[name] ?? 'investigations' }),
    ),
    serverAdapter: server,
    options: {
      uiConfig: {
        boardTitle: 'rca-fleet',
        hideRedisDetails: queues.backend !== 'redis',
        miscLinks: [{ text: 'MCP servers', url: '/mcp-servers' }],
      },
    },
  });
  return server.getRouter() as Router;
}

const DESCRIPTIONS: Record<string, string> = {
  'post-report': 'messages to Slack',
  'dead-letter': 'incidents without an answer: Retry sends them round again',
  maintenance: 'housekeeping',
};
