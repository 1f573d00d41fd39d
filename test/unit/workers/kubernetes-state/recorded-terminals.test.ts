import { expect } from 'chai';
import { concluded, recordedTerminals } from './conclude-evidence.ts';

describe('recorded kubectl terminals', () => {
  for (const terminal of recordedTerminals('kubectl')) {
    it(`states the cause of ${terminal.name} in the words of an engineer, borne out by the evidence`, () => {
      const { report, struck } = concluded(terminal.alert, terminal.recorded);
      const statement = report.rootCause.statement.toLowerCase();
      for (const word of terminal.says) expect(statement).to.include(word.toLowerCase());
      expect(report.class, report.rootCause.statement).to.equal(terminal.class);
      expect(report.verdict).to.be.oneOf(terminal.class === 'healthy' ? ['healthy'] : ['identified', 'probable']);
      expect(struck.filter((line) => line.startsWith('root cause'))).to.deep.equal([]);
      expect(report.rootCause.statement.length).to.be.at.most(600);
    });
  }
});
