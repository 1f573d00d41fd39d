import { expect } from 'chai';
import { readSeverity, severityWordIn } from '../../../src/producer/severity.ts';

const WORDS: Record<string, string[]> = {
  critical: ['critical', 'CRITICAL', 'P1', 'sev1', 'SEV-1', 'Severity 1', 'page', 'fatal', 'Disaster', 'emergency'],
  high: ['high', 'error', 'ERROR', 'P2', 'Sev 2', 'major', 'ALARM', 'alerting'],
  medium: ['warning', 'WARN', 'P3', 'Average', 'moderate', 'no_data', 'INSUFFICIENT_DATA'],
  low: ['low', 'minor', 'P4', 'sev4', 'notice'],
  info: ['info', 'Informational', 'debug', 'P5', 'ok', 'none'],
};

describe('severity', () => {
  for (const [severity, words] of Object.entries(WORDS)) {
    it(`reads ${words.join(', ')} as ${severity}`, () => {
      for (const word of words) expect(readSeverity(word), word).to.equal(severity);
    });
  }

  it('does not guess', () => {
    for (const word of ['', 'banana', 'team-a', null, undefined, 'x'.repeat(100), '__proto__', 'constructor']) {
      expect(readSeverity(word)).to.equal(null);
    }
  });

  it('finds a stated severity in a sentence, and takes words of trouble for none', () => {
    expect(severityWordIn('[P2] CPU on web-1')).to.equal('P2');
    expect(severityWordIn('CRITICAL: disk')).to.equal('CRITICAL');
    expect(severityWordIn('high error rate, host down')).to.equal(null);
  });
});
