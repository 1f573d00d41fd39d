import { type ChildProcess, spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Chart, MAX_CHART_BYTES } from '../../shared/chart.ts';
import { withDeadline } from '../../shared/deadline.ts';
import { FleetError, toError } from '../../shared/errors.ts';
import type { DrawingAnswer, DrawingRequest } from './drawing-protocol.ts';

export type ChartDrawer = {
  /** The chart as a PNG of at most 200 KB; throws when it cannot be drawn, or not in time. */
  draw(chart: Chart, signal: AbortSignal): Promise<Buffer>;
  /** Ends the drawing process if there is one; what is being drawn fails. */
  close(): Promise<void>;
};

export type ChartDrawerOptions = {
  /** How long one chart may take, the start of the process included, ms. */
  deadlineMs?: number;
  /** How long the process stays after its last chart, ms. */
  idleMs?: number;
  /** The program of the drawing process. */
  program?: string;
};

const DEADLINE_MS = 15_000;
const IDLE_MS = 2_000;
const PROGRAM = fileURLToPath(new URL('./drawing-process.ts', import.meta.url));
/** What is drawn is small: the process should not take more memory for its garbage than it needs. */
const FLAGS = ['--max-old-space-size=64', '--max-semi-space-size=2'];
const MAX_COMPLAINT = 300;

type Waiting = { resolve(png: Buffer): void; reject(error: Error): void };
type Drawing = { child: ChildProcess; waiting: Map<number, Waiting>; ended: Promise<void> };

/**
 * Draws charts in a process of its own, which is started when one is wanted and ends when it has had nothing to do for a
 * while: the library's memory is gone with it, and the event loop of the workers never waits for a picture. Charts are drawn
 * one after the other.
 */
export function createChartDrawer(options: ChartDrawerOptions = {}): ChartDrawer {
  const { deadlineMs = DEADLINE_MS, idleMs = IDLE_MS, program = PROGRAM } = options;
  let drawing: Drawing | null = null;
  let idle: NodeJS.Timeout | undefined;
  let lastId = 0;
  let isClosed = false;

  const current = (): Drawing => {
    clearTimeout(idle);
    if (drawing) return drawing;
    const started = startDrawing(program);
    drawing = started;
    void started.ended.then(() => {
      if (drawing === started) drawing = null;
    });
    return started;
  };
  const stop = (which: Drawing | null) => {
    if (which === drawing) drawing = null;
    which?.child.kill('SIGKILL');
  };
  const rest = (which: Drawing) => {
    if (which.waiting.size > 0 || which !== drawing) return;
    idle = setTimeout(() => {
      drawing = null;
      which.child.stdin?.end();
    }, idleMs);
    idle.unref();
  };
  return {
    async draw(chart, signal) {
      if (isClosed) throw new FleetError('shutting_down', 'no more charts are drawn');
      const used = current();
      const id = ++lastId;
      try {
        return await withDeadline('drawing a chart', deadlineMs, () => request(used, { id, chart }), signal);
      } catch (error) {
        // One that hangs would hold up all charts after it.
        if (used.waiting.has(id)) stop(used);
        throw error;
      } finally {
        used.waiting.delete(id);
        rest(used);
      }
    },
    async close() {
      isClosed = true;
      clearTimeout(idle);
      const last = drawing;
      stop(last);
      await last?.ended;
    },
  };
}

/** Without the environment of the worker, whose secrets it does not need, and out of reach of a Ctrl-C that is for the worker. */
function startDrawing(program: string): Drawing {
  const child = spawn(process.execPath, [...FLAGS, program], {
    env: {},
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const waiting: Drawing['waiting'] = new Map();
  const end = Promise.withResolvers<void>();
  let complaint = '';
  const fail = (why: string) => {
    const said = complaint.trim().split('\n').at(-1) ?? '';
    const error = new FleetError('dependency_failed', [`the drawing process ${why}`, said].filter(Boolean).join(': '));
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
    end.resolve();
  };
  child.on('error', (error) => fail(`could not be started: ${toError(error).message}`));
  child.on('close', () => fail('has ended'));
  // A pipe to a process that is gone breaks; its end says so already.
  child.stdin.on('error', () => undefined);
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-MAX_COMPLAINT);
  });
  createInterface({ input: child.stdout }).on('line', (line) => settle(waiting, line));
  giveWay(child);
  return { child, waiting, ended: end.promise };
}

/** Investigations and posts go first. */
function giveWay({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Then it is as important as the others.
  }
}

function request({ child, waiting }: Drawing, asked: DrawingRequest): Promise<Buffer> {
  const { promise, ...settled } = Promise.withResolvers<Buffer>();
  waiting.set(asked.id, settled);
  child.stdin?.write(`${JSON.stringify(asked)}\n`);
  return promise;
}

function settle(waiting: Drawing['waiting'], line: string): void {
  const answer = readAnswer(line);
  const asked = answer && waiting.get(answer.id);
  if (!answer || !asked) return;
  waiting.delete(answer.id);
  const png = Buffer.from('png' in answer ? answer.png : '', 'base64');
  if (png.length > 0 && png.length <= MAX_CHART_BYTES) asked.resolve(png);
  else {
    const why = 'error' in answer ? answer.error : `the chart has ${png.length} bytes`;
    asked.reject(new FleetError('dependency_failed', why));
  }
}

function readAnswer(line: string): DrawingAnswer | null {
  try {
    return JSON.parse(line) as DrawingAnswer;
  } catch {
    return null;
  }
}
