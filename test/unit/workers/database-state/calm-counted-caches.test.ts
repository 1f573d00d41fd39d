import { expect } from 'chai';
import { makeAlert } from '../../../../scripts/eval/cases/make-alert.ts';
import { concluded, printed } from '../kubernetes-state/conclude-evidence.ts';

const verdict = (title: string, command: string, ...outputs: string[]): string =>
  concluded(
    makeAlert({ title }),
    outputs.map((output) => printed(command, output)),
    'database',
  ).report.verdict;

const varnish = (hits: number, misses: number, limited = 0) =>
  `MAIN.sess_dropped               0         0.00 Sessions dropped for thread\nMAIN.cache_hit           ${hits}       612.40 Cache hits\nMAIN.cache_miss            ${misses}        14.10 Cache misses\nMAIN.n_lru_nuked           88122          .   Number of LRU nuked objects\nMAIN.n_lru_limited             ${limited}         0.00 Reached nuke_limit\nSMA.s0.g_bytes        1073700128          .   Bytes outstanding\n`;

describe('a cache that is full', () => {
  it('is as it should be where nearly all that it is asked for is there', () => {
    expect(
      verdict('Memory of varnish storage at 99 %', 'varnishstat -1 -f MAIN.* -f SMA.*', varnish(900_000, 20_000)),
    ).to.equal('healthy');
    expect(
      verdict(
        'Tariff cache evicts entries',
        'curl -s localhost:8081/debug/caches',
        'tariffs CacheStats{hitCount=812004, missCount=9012, loadSuccessCount=9012, loadFailureCount=0, totalLoadTime=9911, evictionCount=4100}\n',
      ),
    ).to.equal('healthy');
    expect(
      verdict(
        'Near cache of the sessions is full, keys are evicted',
        'curl -s localhost:8081/nearcache',
        'NearCacheStatsImpl{ownedEntryCount=10000, ownedEntryMemoryCost=0, hits=930112, misses=8200, ratio=99.1%, evictions=2100}\n',
      ),
    ).to.equal('healthy');
  });

  it('is not proven well by another cache, by misses, by clients that are turned away, or where its limit or a change is in question', () => {
    const [full, asked] = ['Memory of varnish-7 at 99 %', 'ssh varnish-7 varnishstat -1'];
    expect(verdict(full, asked, varnish(900_000, 20_000))).to.equal('healthy');
    expect(verdict(full, 'ssh varnish-8 varnishstat -1', varnish(900_000, 20_000))).to.not.equal('healthy');
    expect(verdict(full, asked, varnish(900_000, 210_000))).to.not.equal('healthy');
    expect(verdict(full, asked, varnish(900_000, 20_000, 311))).to.not.equal('healthy');
    expect(verdict(full, asked, varnish(900, 20))).to.not.equal('healthy');
    // Between two looks it found hardly half.
    expect(verdict(full, asked, `${varnish(900_000, 20_000)}${varnish(904_000, 23_900)}`)).to.not.equal('healthy');
    expect(verdict(`${full} of its container limit`, asked, varnish(900_000, 20_000))).to.not.equal('healthy');
    expect(verdict('Memory of varnish-7 jumped since 10:20', asked, varnish(900_000, 20_000))).to.not.equal('healthy');
  });
});
