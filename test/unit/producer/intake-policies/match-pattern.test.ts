import { expect } from 'chai';
import fc from 'fast-check';
import { patternFault, patternMatcher } from '../../../../src/producer/intake-policies/match-pattern.ts';

describe('the patterns of intake policies', () => {
  it('match a word as it is, in any case', () => {
    expect(patternMatcher('checkout')('Checkout')).to.equal(true);
    expect(patternMatcher('checkout')('checkout-2')).to.equal(false);
    expect(patternMatcher('a.b')('axb')).to.equal(false);
  });

  it('match a glob as a whole', () => {
    const glob = patternMatcher('Kube*Crash?ooping');
    expect(['KubePodCrashLooping', 'kubecrashLooping'].map(glob)).to.deep.equal([true, true]);
    expect(['KubePodCrashLooping2', 'XKubeCrashLooping', ''].map(glob)).to.deep.equal([false, false, false]);
    expect(patternMatcher('*')('')).to.equal(true);
  });

  it('match a regular expression anywhere', () => {
    expect(patternMatcher('/^(ssl|tls).*expir/')('TLS certificate expires')).to.equal(true);
    expect(patternMatcher('/^(ssl|tls).*expir/')('a TLS certificate')).to.equal(false);
  });

  it('refuse expressions that some text could make slow, each with its remedy', () => {
    const slow = [
      '(a+)+$',
      '(a|aa)+$',
      '([a-z]+)*x',
      '(a?b?)*',
      '(x|y){2,}',
      '.*a.*b.*c',
      '(?=a)b',
      '(a)\\1',
      '((a|b)c)+',
    ];
    for (const expression of slow) expect(patternFault(`/${expression}/`), expression).to.match(/: write it without/);
    expect(patternFault('/(/')).to.match(/is not a regular expression: check its brackets/);
  });

  it('take expressions that are quick on every text', () => {
    const quick = [
      '^(Ssl|Tls)Certificate',
      'Kube.*Down$',
      '[a-z+*]+',
      'a\\+b\\(c',
      '(?:abc)+',
      'x{2,5}',
      '^db-[0-9]+-(read|write)$',
    ];
    for (const expression of quick) expect(patternFault(`/${expression}/`), expression).to.equal(null);
  });

  it('decide every glob of any text, however many stars it has', () => {
    const glob = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 12 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 });
    fc.assert(
      fc.property(glob, text, (pattern, given) => {
        fc.pre(/[*?]/.test(pattern));
        const expression = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);
        expect(patternMatcher(pattern)(given)).to.equal(expression.test(given));
      }),
    );
    const started = process.cpuUsage();
    expect(patternMatcher(`${'*a'.repeat(100)}*b`)('a'.repeat(1_000))).to.equal(false);
    expect(process.cpuUsage(started).user).to.be.below(500_000);
  });
});
