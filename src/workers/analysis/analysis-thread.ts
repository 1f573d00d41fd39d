import { parentPort } from 'node:worker_threads';
import { serveAnalyses } from './serve-analyses.ts';

/** The entry file of the thread in which much evidence is analysed. */
serveAnalyses(parentPort!);
