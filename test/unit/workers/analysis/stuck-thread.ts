import { parentPort } from 'node:worker_threads';
import { serveAnalyses } from '../../../../src/workers/analysis/serve-analyses.ts';
import type { Detector } from '../../../../src/workers/detectors/detector.ts';
import { detectorNamed } from '../../../../src/workers/detectors/index.ts';

/** An analysis thread in which two checks never end: one hangs, one takes all memory. */
const FAULTY: Record<string, Detector> = {
  'oom-kill': () => {
    for (;;);
  },
  'crash-loop': () => {
    const kept: number[][] = [];
    for (;;) kept.push(new Array<number>(2_000_000).fill(0.5));
  },
};

serveAnalyses(parentPort!, (name) => FAULTY[name] ?? detectorNamed(name));
