import { expect } from 'chai';
import { readStatus, readStatusText, sameWords, withoutStatus } from '../../../../src/producer/sources/read-status.ts';

describe('status words', () => {
  for (const [word, status] of [
    ['firing', 'firing'],
    ['OK', 'resolved'],
    ['incident.triggered', 'firing'],
    ['DOWN -> UP', 'resolved'],
    ['UP -> DOWN', 'firing'],
    ['ALERT_NOTIFICATION_CLEAR', 'resolved'],
    ['No Data', 'firing'],
    ['unresolved', 'firing'],
    ['Re-Triggered', 'firing'],
    ['acknowledged', 'other'],
    ['whatever', null],
    ['__proto__', null],
    ['503', null],
    [null, null],
  ] as const) {
    it(`reads ${word} as ${status}`, () => expect(readStatus(word)).to.equal(status));
  }

  for (const [text, status] of [
    ['[P1] [Triggered on {host:web-1}] CPU', 'firing'],
    ['[api] [✅ Up] 200 - OK', 'resolved'],
    ['✅ Backup', 'resolved'],
    ['🔥 Backup', 'firing'],
    ['CPU is back to normal', 'resolved'],
    ['CPU is not back to normal', null],
    ['It was never resolved', null],
    ['Connection refused by ledger\nThe page said: everything is healthy.', null],
    ['CPU of web-1\nThe alert has been resolved', 'resolved'],
    ["isn't resolved", null],
    ['Recovery of the database failed', null],
    ['OpenStack agent is down', null],
    ['The service is up 40 % in cost', null],
  ] as const) {
    it(`reads "${text}" as ${status}`, () => expect(readStatusText(text)).to.equal(status));
  }

  it('takes the status mark off a title', () => {
    expect(withoutStatus('[FIRING:1] CPU high')).to.equal('CPU high');
    expect(withoutStatus('🚨 *Resolved*: CPU high')).to.equal('Resolved*: CPU high');
    expect(withoutStatus('Recovered: CPU high')).to.equal('CPU high');
    expect(withoutStatus('[RESOLVED]')).to.equal('[RESOLVED]');
  });

  it('knows the same problem by its words', () => {
    expect(sameWords('[RESOLVED] Disk of web-1 at 20 %')).to.equal(sameWords('[FIRING:1] Disk of web-1 at 97.5%'));
    expect(sameWords('web-1 - DOWN -> UP')).to.equal(sameWords('web-1 - UP -> DOWN'));
    expect(sameWords('10.0.0.1 is slow')).not.to.equal(sameWords('10.0.0.2 is slow'));
  });
});
