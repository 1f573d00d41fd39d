import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import { preload } from '../../../../../scripts/drills/preloads/preload.ts';

const run = (environment: Record<string, string>, code: string) =>
  spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    env: { PATH: process.env.PATH, ...environment },
    encoding: 'utf8',
  });

describe('the modules that a drill loads into a process of the fleet', () => {
  it('put its clock ahead, whichever way it asks for the time', () => {
    const ahead = preload('shift-clock', { DRILL_CLOCK_MS: '60000' });
    const before = Date.now();
    const { stdout } = run(
      ahead,
      `console.log(JSON.stringify([Date.now(), new Date().getTime(), Date.parse(Date()), new Date(5).getTime(), new Date() instanceof Date]))`,
    );
    const [now, made, said, given, isDate] = JSON.parse(stdout) as [number, number, number, number, boolean];
    for (const time of [now, made, said + 1_000]) expect(time - before).to.be.within(60_000, 120_000);
    expect([given, isDate]).to.deep.equal([5, true]);
  });

  it('end it when it tells the LLM of the poison, not when it tells anybody else', () => {
    const poisonous = preload('die-of-poison', { DRILL_POISON: 'arsenic' });
    const telling = (path: string) =>
      `await fetch('http://127.0.0.1:9${path}', { method: 'POST', body: 'with arsenic' }).catch(() => undefined)`;
    expect(run(poisonous, telling('/api/chat.postMessage'))).to.include({ status: 0, signal: null });
    expect(run(poisonous, telling('/v1/chat/completions'))).to.include({ status: null, signal: 'SIGKILL' });
  });

  it('block its event loop when it is told to', async () => {
    const blocking = preload('block-event-loop', { DRILL_BLOCK_MS: '400' });
    const code = `
      let last = performance.now(), longest = 0;
      setInterval(() => { const now = performance.now(); longest = Math.max(longest, now - last); last = now; }, 5);
      process.on('message', () => process.send(longest));
      process.send('up');`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
      env: { PATH: process.env.PATH, ...blocking },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    await once(child, 'message');
    child.kill('SIGUSR2');
    // It stood still for that long, or this never ends.
    for (let longest = 0; longest < 400; ) {
      child.send('how long?');
      [longest] = (await once(child, 'message')) as [number];
    }
    child.kill('SIGKILL');
  });
});
