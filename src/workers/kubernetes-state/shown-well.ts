import type { DetectorInput } from '../detectors/detector.ts';
import { alwaysFiring } from './always-firing.ts';
import { answeredThroughout } from './answered-throughout.ts';
import { finishedRun } from './finished-runs.ts';
import { heldOpen } from './held-open.ts';
import { pagesAnswer } from './pages-answer.ts';
import { passingPeak } from './passing-peak.ts';
import { policiesLetThrough } from './policies-let-through.ts';
import { quietWarnings } from './quiet-warnings.ts';
import { readTopics } from './read-topics.ts';
import { refusedCustomers } from './refused-customers.ts';
import { removedNode } from './removed-nodes.ts';
import { restsForWantOfWork } from './rests-for-want-of-work.ts';
import { wholeObjects } from './whole/whole-objects.ts';
import { wholeCluster } from './whole-clusters.ts';

/** What was asked about the very thing that an alert tells of, and answered well: that it fires always, a moment that passed, a site, the members of a cluster, the lines of a log, the customers that a shop refuses, the times of its routes, a node or a run that is gone, who reads a topic, what policies let through, who rests for want of work, objects that fit together. */
export const shownWell = (input: DetectorInput): { statement: string; evidence: number[] } | null =>
  alwaysFiring(input) ??
  pagesAnswer(input) ??
  answeredThroughout(input) ??
  wholeCluster(input) ??
  quietWarnings(input) ??
  refusedCustomers(input) ??
  passingPeak(input) ??
  heldOpen(input) ??
  removedNode(input) ??
  finishedRun(input) ??
  readTopics(input) ??
  policiesLetThrough(input) ??
  restsForWantOfWork(input) ??
  wholeObjects(input);
