/** Lanczos' approximation (g = 7, n = 9) of the logarithm of the gamma function, for x > 0. */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

function logGamma(x: number): number {
  const shifted = x - 1;
  const base = shifted + 7.5;
  const sum = LANCZOS.slice(1).reduce((total, term, index) => total + term / (shifted + index + 1), LANCZOS[0]!);
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(base) - base + Math.log(sum);
}

const logBeta = (a: number, b: number) => logGamma(a) + logGamma(b) - logGamma(a + b);
const logChoose = (n: number, k: number) => -Math.log(n + 1) - logBeta(n - k + 1, k + 1);

/**
 * How surprising it is (nats) that something that happened in `before.hits` of `before.tries` cases now happens in as few as
 * `now.hits` of `now.tries`: minus the logarithm of the posterior predictive probability (beta-binomial). The prior is what is known
 * of such things in general, as (fractions of) trials; without any it is uniform. Few observations before or now give little
 * surprise. 0 when it happens as often as could be expected.
 */
export function surpriseOfFewer(before: Trials, now: Trials, prior: Trials = UNIFORM): number {
  const a = before.hits + prior.hits;
  const b = before.tries - before.hits + prior.tries - prior.hits;
  const usual = before.tries > 0 ? before.hits / before.tries : prior.hits / prior.tries;
  if (now.tries === 0 || now.hits / now.tries >= usual) return 0;

  let probability = 0;
  for (let hits = now.hits; hits >= 0; hits--) {
    const term = Math.exp(logChoose(now.tries, hits) + logBeta(hits + a, now.tries - hits + b) - logBeta(a, b));
    probability += term;
    if (term <= probability * 1e-6) break;
  }
  return Math.max(0, -Math.log(Math.max(probability, 1e-300)));
}

/** The same for something that happens more often than before. */
export function surpriseOfMore(before: Trials, now: Trials, prior: Trials = UNIFORM): number {
  return surpriseOfFewer(misses(before), misses(now), misses(prior));
}

export type Trials = { hits: number; tries: number };

const UNIFORM: Trials = { hits: 1, tries: 2 };

const misses = ({ hits, tries }: Trials): Trials => ({ hits: tries - hits, tries });

/** What happens by chance in one of twenty looks tells nothing. */
const CHANCE = 0.05;

/** How clear a surprise of so many nats (after the number of things looked at) is, 0 to 1; 0 up to the 5 % level. */
export const clarityOfSurprise = (nats: number): number => Math.max(0, 1 - Math.exp(-nats) / CHANCE);
