import { expect } from 'chai';
import { changeSuspects } from '../../../../src/workers/changes/change-suspects.ts';
import { suspectChange } from '../../../../src/workers/changes/suspect-change.ts';
import { incident, type Jump, tidyDecoy } from '../../../fixtures/rca/change-incident.ts';

type Deployed = [service: string, minutesAgo: number];

describe('a change of what others share', () => {
  const spelling = {
    id: 'ca5e',
    title: 'refactor: names of invoices',
    files: ['billing/events.rb'],
    diff: '-    state: invoice.state.upcase,\n+    state: invoice.state.downcase,\n   paid_at: invoice.paid_at',
    deployed: ['billing', 16] as Deployed,
  };
  const consumer = (body: string) =>
    suspectChange(
      incident({
        service: 'mailer',
        metric: 'dead_letters',
        complaints: [{ service: 'mailer', body }],
        commits: [spelling, tidyDecoy('mailer', 12)],
      }),
    )!;

  it('is found where only those complain who read what it writes', () => {
    const { culprit } = consumer('schema check failed: unexpected value at "state", message %');
    expect(culprit?.live.id).to.equal('ca5e');
    expect(culprit?.affects).to.include('mailer');
  });

  it('is not blamed for what its readers complain about otherwise', () => {
    expect(consumer('smtp: connection refused, message %').culprit).to.equal(null);
    expect(consumer('unknown template for message %').culprit).to.equal(null);
  });

  it('makes a place certain enough that stands out faintly only', () => {
    const quota = {
      id: 'b0b0',
      title: 'perf: shorter names',
      files: ['libs/quota/name.py'],
      diff: '-    key = f"quota:{shop}:{path}"\n+    key = f"quota:{path}"',
      deployed: ['front', 14] as Deployed,
    };
    const about = { service: 'front', metric: 'http_429_ratio' };
    const complaints = [{ service: 'front', body: 'too many requests of shop %' }];
    const suspects = changeSuspects(incident({ ...about, complaints, commits: [quota, tidyDecoy('front')] }));
    expect(suspects[0]).to.include({ service: 'front' });
    expect(suspects[0]!.score).to.be.at.least(0.2);
  });

  it('is found although requests had begun to rise before it, as they do every day', () => {
    const pool = {
      id: 'de1f',
      title: 'chore: leave out what only repeats defaults',
      files: ['shared/settings.toml'],
      diff: '-pool_size = 40\n-pool_recycle = 3600',
      deployed: ['ledger', 14] as Deployed,
    };
    const input = incident({
      service: 'ledger',
      metric: 'http_5xx_ratio',
      complaints: [{ service: 'ledger', body: 'QueuePool limit of size 5 overflow 10 reached, entry %' }],
      jumps: [{ service: 'ledger', metric: 'requests_per_sec', from: 60, to: 92, minutesAgo: 25 }],
      commits: [pool, tidyDecoy('ledger', 12)],
    });
    const verdict = suspectChange(input)!;
    expect(verdict.culprit?.live.id).to.equal('de1f');
  });

  it('is found where work comes from that is handed on without end, although its own service is well', () => {
    const pages = {
      id: 'ba9e',
      title: 'feat: go on where we stopped',
      files: ['archive/walk.py'],
      diff: ' SELECT id, scan FROM sheets\n- WHERE shelf = ? AND id > ?\n+ WHERE shelf = ? AND id >= ?\n ORDER BY id\n LIMIT 200',
      deployed: ['archive', 30] as Deployed,
    };
    const input = (jumps: Jump[]) =>
      incident({
        service: 'ocr',
        metric: 'sheet_queue_depth',
        complaints: [{ service: 'ocr', body: 'engine says 429 too many sheets, pausing before sheet %' }],
        jumps,
        commits: [pages, tidyDecoy('ocr', 12)],
      });
    const walks = { service: 'archive', metric: 'sheets_walked_per_sec', from: 0.1, to: 90 };
    const { culprit } = suspectChange(input([walks]))!;
    expect(culprit?.live.id).to.equal('ba9e');
    expect(culprit?.affects).to.include('ocr');
    expect(suspectChange(input([]))!.culprit).to.equal(null);
  });
});
