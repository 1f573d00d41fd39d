import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import type { Logger } from '../../../src/shared/logger.ts';
import { silentLogger } from '../../../src/shared/logger.ts';
import { createShutdown } from '../../../src/shared/shutdown.ts';

describe('the shutdown', () => {
  it('closes in reverse order, once, however often it is asked', async () => {
    const closed: string[] = [];
    const shutdown = createShutdown(silentLogger);
    for (const what of ['database', 'queues', 'workers']) shutdown.push(what, async () => void closed.push(what));
    await Promise.all([shutdown.close(1_000), shutdown.close(1_000)]);
    expect(closed).to.deep.equal(['workers', 'queues', 'database']);
  });

  it('goes on when something fails or throws, and says what it was', async () => {
    const warned: unknown[] = [];
    const logger: Logger = { ...silentLogger, warn: (_message, fields) => void warned.push(fields) };
    const closed: string[] = [];
    const shutdown = createShutdown(logger);
    shutdown.push('first', async () => void closed.push('first'));
    shutdown.push('fails', () => Promise.reject(new Error('broken')));
    shutdown.push('throws', () => {
      throw new Error('at once');
    });
    await shutdown.close(1_000);
    expect(closed).to.deep.equal(['first']);
    expect(warned).to.deep.equal([
      { what: 'throws', error: 'at once' },
      { what: 'fails', error: 'broken' },
    ]);
  });

  it('leaves behind what hangs, and gives the next ones a little time all the same', async () => {
    const closed: string[] = [];
    const shutdown = createShutdown(silentLogger);
    shutdown.push('next', async () => void closed.push('next'));
    shutdown.push('hangs', () => new Promise(() => {}));
    const startedAt = performance.now();
    await shutdown.close(10);
    expect(closed).to.deep.equal(['next']);
    expect(performance.now() - startedAt).to.be.lessThan(2_000);
  });
});

describe('the shutdown of a process', function () {
  this.timeout(15_000);
  /** A process that closes by signals; `body` is what it does besides. */
  async function endOf(body: string, act: (child: ReturnType<typeof spawn>) => void) {
    const shutdown = new URL('../../../src/shared/shutdown.ts', import.meta.url).href;
    const logger = new URL('../../../src/shared/logger.ts', import.meta.url).href;
    const script = `
      import { closeOnSignals, createShutdown } from '${shutdown}';
      import { silentLogger } from '${logger}';
      const shutdown = createShutdown(silentLogger);
      shutdown.push('one', async () => process.stdout.write('closed '));
      closeOnSignals(shutdown, silentLogger, 2_000);
      setInterval(() => {}, 1_000);
      ${body}
      process.stdout.write('up ');`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout!.on('data', (chunk) => {
      const wasUp = said.includes('up');
      said += chunk;
      if (!wasUp && said.includes('up')) act(child);
    });
    const [code] = await once(child, 'exit');
    return { code, said };
  }

  it('closes and ends with 0 when it is asked to', async () => {
    expect(await endOf('', (child) => child.kill('SIGTERM'))).to.deep.equal({ code: 0, said: 'up closed ' });
  });

  it('closes and ends with 1 when nobody caught an error', async () => {
    const rejecting = "setTimeout(() => Promise.reject(new Error('nobody')), 50);";
    expect(await endOf(rejecting, () => {})).to.deep.equal({ code: 1, said: 'up closed ' });
    const throwing = "setTimeout(() => { throw new Error('nobody'); }, 50);";
    expect(await endOf(throwing, () => {})).to.deep.equal({ code: 1, said: 'up closed ' });
  });
});
