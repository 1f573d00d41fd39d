import { expect } from 'chai';
import type { ConfidenceLesson } from '../../../../../scripts/eval/learn/confidence-lessons.ts';
import { fitConfidence } from '../../../../../scripts/eval/learn/fit-confidence.ts';
import { randomOf } from '../../../../../scripts/eval/stress/random.ts';
import { confidenceIn, FEATURES, type Features } from '../../../../../src/workers/localisation/suspect-confidence.ts';

const random = randomOf('lessons');
const TRUTH: Features = { always: -1, score: 2, shown: 4, direct: 0, use: -1, useInRush: 0, requestsOnly: 0 };

/** Lessons that are right as often as given weights say. */
const lessons = Array.from({ length: 4000 }, (_, index): ConfidenceLesson => {
  const features = {
    always: 1,
    score: 2 * random() - 2,
    shown: random(),
    direct: random(),
    use: random(),
    useInRush: 0,
    requestsOnly: 0,
  };
  const logit = FEATURES.reduce((sum, name) => sum + TRUTH[name] * features[name], 0);
  return { id: `${index}`, source: 'drawn', features, right: random() < 1 / (1 + Math.exp(-logit)), weight: 1 };
});

describe('learning the confidence of a suspect', () => {
  it('finds the weights by which the lessons were drawn', () => {
    const weights = fitConfidence(FEATURES, lessons);
    for (const name of ['always', 'score', 'shown', 'direct', 'use'] as const)
      expect(weights[name], name).to.be.closeTo(TRUTH[name], 0.6);
    expect(weights.requestsOnly).to.equal(0);
  });

  it('says as often as it is right', () => {
    const weights = fitConfidence(FEATURES, lessons);
    const said = lessons.map(({ features, right }) => ({ said: confidenceIn(features, weights), right }));
    for (const [low, high] of [
      [0.1, 0.3],
      [0.3, 0.6],
      [0.6, 0.9],
    ] as const) {
      const own = said.filter((one) => one.said >= low && one.said < high);
      const was = own.filter(({ right }) => right).length / own.length;
      const mean = own.reduce((sum, one) => sum + one.said, 0) / own.length;
      expect(was).to.be.closeTo(mean, 0.07);
    }
  });

  it('counts a lesson of half the weight half', () => {
    const twice = lessons.slice(0, 400).flatMap((lesson) => [lesson, lesson]);
    const halved = twice.map((lesson) => ({ ...lesson, weight: 0.5 }));
    expect(fitConfidence(FEATURES, halved).score).to.be.closeTo(
      fitConfidence(FEATURES, lessons.slice(0, 400)).score,
      1e-6,
    );
  });

  it('refuses to learn from nothing', () => {
    expect(() => fitConfidence(FEATURES, [])).to.throw(RangeError, 'no lessons');
  });
});
