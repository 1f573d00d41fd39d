import type { MessagePort } from 'node:worker_threads';
import { describeError } from '../../shared/errors.ts';
import type { Evidence } from '../../shared/report.ts';
import { concludeFindings } from '../conclude-findings.ts';
import type { Detector } from '../detectors/detector.ts';
import { detectorNamed } from '../detectors/index.ts';
import { type Analysis, rankParts, runDetector } from './analyse-evidence.ts';
import type { AnalysisAnswer, AnalysisJob, AnalysisRequest } from './analysis-protocol.ts';

type Say = (answer: AnalysisAnswer) => void;

/** The thread's side: gathers the evidence that is sent, does what is asked with it, and forgets it. */
export function serveAnalyses(port: MessagePort, detectorOf: (name: string) => Detector = detectorNamed): void {
  const say: Say = (answer) => port.postMessage(answer);
  let evidence: Evidence[] = [];
  port.on('message', (request: AnalysisRequest) => {
    if (request.kind === 'evidence') {
      evidence.push(request.item);
      return;
    }
    try {
      answer(request, evidence, say, detectorOf);
    } catch (error) {
      say({ kind: 'failed', message: describeError(error) });
    }
    evidence = [];
  });
}

function answer(job: AnalysisJob, items: Evidence[], say: Say, detectorOf: (name: string) => Detector): void {
  if (job.kind === 'analyse') {
    const input = { ...job.input, evidence: items };
    const parts: Analysis[] = [];
    for (const detector of job.detectors) {
      say({ kind: 'started', detector });
      const part = runDetector(detector, input, detectorOf);
      parts.push(part);
      say({ kind: 'part', part });
    }
    say({ kind: 'analysed', analysis: rankParts([...job.parts, ...parts], input) });
    return;
  }
  const at = (places: number[]) => places.map((place) => items[place]!);
  const seen = job.seen === null ? undefined : { ...job.seen.input, evidence: at(job.seen.evidence) };
  say({ kind: 'concluded', report: concludeFindings({ ...job.input, evidence: at(job.evidence), seen }) });
}
