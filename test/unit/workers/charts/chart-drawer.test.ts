import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { FleetError } from '../../../../src/shared/errors.ts';
import { createChartDrawer } from '../../../../src/workers/charts/chart-drawer.ts';
import { aChart, PIXEL } from '../../../support/charts.ts';
import { rejection } from '../../../support/errors.ts';

const RUNNING = new AbortController().signal;

describe('the drawing process', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'rca-fleet-drawing-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** A stand-in for the drawing process; `answer` is code that turns the line `request` into the line that is answered. */
  function program(answer: string): string {
    const path = join(folder, `${Math.random().toString(36).slice(2)}.mjs`);
    const code = `import { createInterface } from 'node:readline';
      for await (const line of createInterface({ input: process.stdin })) {
        const request = JSON.parse(line);
        ${answer}
      }`;
    writeFileSync(path, code);
    return path;
  }
  const png = `'${PIXEL.toString('base64')}'`;
  const say = (fields: string) => `process.stdout.write(JSON.stringify({ id: request.id, ${fields} }) + '\\n');`;

  it('draws a real chart, and holds up nobody meanwhile', async () => {
    const drawer = createChartDrawer();
    // The thread's own time: how long it waits for a processor says nothing of who draws.
    const before = process.threadCpuUsage();
    try {
      const [first, second] = await Promise.all([
        drawer.draw(aChart(), RUNNING),
        drawer.draw(aChart({ unit: 'bytes' }), RUNNING),
      ]);
      expect(first.subarray(1, 4).toString()).to.equal('PNG');
      expect(second.equals(first)).to.equal(false);
      const { user, system } = process.threadCpuUsage(before);
      expect((user + system) / 1000).to.be.below(100);
    } finally {
      await drawer.close();
    }
  }).timeout(20_000);

  it('answers each with its own chart, one process for all of a while', async () => {
    const path = program(say(`png: Buffer.from(process.pid + ' ' + request.chart.title).toString('base64')`));
    const drawer = createChartDrawer({ program: path });
    const titles = ['a', 'b', 'c'];
    const drawn = await Promise.all(titles.map((title) => drawer.draw(aChart({ title }), RUNNING)));
    const [pids, said] = [0, 1].map((part) => drawn.map((bytes) => bytes.toString().split(' ')[part]));
    expect(said).to.deep.equal(titles);
    expect(new Set(pids).size).to.equal(1);
    await drawer.close();
  });

  it('ends its process when it is idle, and starts another one when it is wanted again', async () => {
    const drawer = createChartDrawer({
      program: program(say(`png: Buffer.from(String(process.pid)).toString('base64')`)),
      idleMs: 1,
    });
    const first = Number((await drawer.draw(aChart(), RUNNING)).toString());
    const isGone = () => {
      try {
        process.kill(first, 0);
        return false;
      } catch {
        return true;
      }
    };
    while (!isGone()) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(Number((await drawer.draw(aChart(), RUNNING)).toString())).not.to.equal(first);
    await drawer.close();
  });

  const failures: [what: string, answer: string, message: RegExp][] = [
    ['says why it cannot', say(`error: 'no fonts'`), /no fonts/],
    ['sends nothing for a picture', say(`png: ''`), /0 bytes/],
    ['sends too much', say(`png: 'A'.repeat(400_000)`), /bytes/],
    ['ends at once', `console.error('out of memory'); process.exit(1);`, /has ended: out of memory/],
    ['talks nonsense and ends', `process.stdout.write('nonsense\\n'); process.exit(0);`, /has ended/],
  ];
  for (const [what, answer, message] of failures) {
    it(`fails, and draws the next one, when it ${what}`, async () => {
      const once = `if (request.chart.title === 'good') { ${say(`png: ${png}`)} continue; } ${answer}`;
      const drawer = createChartDrawer({ program: program(once) });
      expect((await rejection(drawer.draw(aChart({ title: 'bad' }), RUNNING))).message).to.match(message);
      expect((await drawer.draw(aChart({ title: 'good' }), RUNNING)).equals(PIXEL)).to.equal(true);
      await drawer.close();
    });
  }

  it('ends a process that hangs, and starts another one', async () => {
    const path = program(`if (request.chart.title !== 'hangs') { ${say(`png: ${png}`)} }`);
    const drawer = createChartDrawer({ program: path, deadlineMs: 1_500 });
    const error = (await rejection(drawer.draw(aChart({ title: 'hangs' }), RUNNING))) as FleetError;
    expect(error.code).to.equal('deadline_exceeded');
    expect((await drawer.draw(aChart(), RUNNING)).equals(PIXEL)).to.equal(true);
    await drawer.close();
  }).timeout(10_000);

  it('gives up with its caller, and draws nothing more once it is closed', async () => {
    const drawer = createChartDrawer({ program: program('') });
    const stop = new AbortController();
    const drawing = rejection(drawer.draw(aChart(), stop.signal));
    stop.abort(new Error('shutdown'));
    expect((await drawing).message).to.equal('shutdown');
    await drawer.close();
    expect(await rejection(drawer.draw(aChart(), RUNNING))).to.be.instanceOf(FleetError);
  });

  it('gives the process nothing of the environment', async () => {
    const path = program(say(`png: Buffer.from(Object.keys(process.env).join(',') || 'none').toString('base64')`));
    const drawer = createChartDrawer({ program: path });
    const names = (await drawer.draw(aChart(), RUNNING)).toString();
    expect(names).not.to.match(/PATH|HOME|TOKEN|URL/);
    await drawer.close();
  });
});
