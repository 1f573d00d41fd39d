import { expect } from 'chai';
import { silentLogger } from '../../../../src/shared/logger.ts';
import { keepStatusPublished } from '../../../../src/shared/mcp/publish-status.ts';
import type { McpStatusStore } from '../../../../src/shared/store/mcp-status-store.ts';

describe('the published status of the MCP servers', () => {
  it('is taken back behind a publication that is still under way', async () => {
    const done: string[] = [];
    const statement = Promise.withResolvers<void>();
    const statuses = {
      publish: async () => {
        await statement.promise;
        done.push('published');
      },
      remove: async () => void done.push('removed'),
    } as unknown as McpStatusStore;
    const about = { process: 'worker-1', role: 'worker', startedAt: new Date().toISOString() };
    const stop = new AbortController();
    const deps = { ...about, gateway: { status: () => [] }, statuses, logger: silentLogger };
    const publishing = keepStatusPublished(deps, stop.signal);
    stop.abort();
    statement.resolve();
    await publishing;
    expect(done).to.deep.equal(['published', 'removed']);
  });
});
