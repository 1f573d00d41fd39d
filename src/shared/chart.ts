/**
 * A chart of a report as data: what is drawn, in the terms of the evidence. Everything that is drawn or said stands here, so
 * that the same chart can be drawn again.
 */

/** What the values of a chart measure; numbers are shown in it. */
export const CHART_UNITS = ['number', 'percent', 'bytes', 'milliseconds', 'seconds'] as const;
export type ChartUnit = (typeof CHART_UNITS)[number];

/** suspect_metric: what deviates where the trouble began; caller_errors: what those who call it see of that. */
export const CHART_KINDS = ['suspect_metric', 'caller_errors'] as const;
export type ChartKind = (typeof CHART_KINDS)[number];

/** One line of a chart; `main` is what the chart is about, `other` is there to compare. */
export type ChartLine = {
  name: string;
  role: 'main' | 'other';
  /** [epoch ms, value in the chart's unit], oldest first. */
  points: [number, number][];
};

/** A chart; times are epoch ms. Titles and names come from telemetry: they are untrusted. */
export type Chart = {
  kind: ChartKind;
  title: string;
  /** Whose values the main line shows. */
  subject: string;
  /** What it says in numbers: the levels before the onset, and from there until the alert. */
  levels: string;
  unit: ChartUnit;
  /** What the vertical axis measures, in words. */
  axis: string;
  lines: ChartLine[];
  /** When the level changed, as the detectors found it. */
  onset: number | null;
  /** When the first alert fired. */
  alertAt: number | null;
  /** The usual level before the onset, in the chart's unit. */
  usual: number | null;
  /** The chart in one sentence, for those who do not see it. */
  description: string;
  /** Numbers of the evidence that it shows. */
  evidence: number[];
};

/** A report carries at most so many charts, and a PNG of one is at most so large, bytes. */
export const MAX_CHARTS = 2;
export const MAX_CHART_BYTES = 200 * 1024;
