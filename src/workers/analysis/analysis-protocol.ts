import type { Evidence, Report } from '../../shared/report.ts';
import type { ConcludeInput } from '../conclude-findings.ts';
import type { DetectorInput } from '../detectors/detector.ts';
import type { Analysis } from './analyse-evidence.ts';

type WithoutEvidence<T> = Omit<T, 'evidence'>;

/** What the analysis thread is asked to do with the evidence that was sent before; evidence is meant by its place. */
export type AnalysisJob =
  | {
      kind: 'analyse';
      /** The detectors to run, in order, and what others have found already. */
      detectors: string[];
      parts: Analysis[];
      input: WithoutEvidence<DetectorInput>;
    }
  | {
      kind: 'conclude';
      input: WithoutEvidence<Omit<ConcludeInput, 'seen'>>;
      evidence: number[];
      seen: { input: WithoutEvidence<DetectorInput>; evidence: number[] } | null;
    };

/** Evidence goes over piece by piece: copying all of it at once would hold up the event loop. */
export type AnalysisRequest = { kind: 'evidence'; item: Evidence } | AnalysisJob;

export type AnalysisAnswer =
  | { kind: 'started'; detector: string }
  | { kind: 'part'; part: Analysis }
  | { kind: 'analysed'; analysis: Analysis }
  | { kind: 'concluded'; report: Report }
  | { kind: 'failed'; message: string };
