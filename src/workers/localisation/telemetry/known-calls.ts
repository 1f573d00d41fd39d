import { oncePer } from '../../detectors/support/once-per.ts';
import type { LocalisationInput } from '../localise.ts';
import { callGraph, type SourcedCallGraph } from './call-graph.ts';
import { incidentWindow } from './incident-window.ts';
import { readTraces } from './read-spans.ts';

/** Who calls whom by all that the evidence of an input tells, worked out once per input. */
export const knownCalls: (input: LocalisationInput) => SourcedCallGraph = oncePer((input: LocalisationInput) =>
  callGraph(input, readTraces(input, incidentWindow(input))),
);
