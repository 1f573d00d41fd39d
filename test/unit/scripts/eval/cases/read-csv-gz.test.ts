import { expect } from 'chai';
import { parseCsv } from '../../../../../scripts/eval/cases/read-csv-gz.ts';

describe('reading comma-separated values', () => {
  it('takes quoted fields with commas, quotes and line breaks', () => {
    const rows = parseCsv('a,b\n1,"x, ""y""\nz"\r\n,last\n');
    expect(rows).to.deep.equal([
      { a: '1', b: 'x, "y"\nz' },
      { a: '', b: 'last' },
    ]);
  });

  it('takes a text without rows, without a final line break, and with empty lines', () => {
    expect(parseCsv('')).to.deep.equal([]);
    expect(parseCsv('a,b')).to.deep.equal([]);
    expect(parseCsv('a\n1\n\n2')).to.deep.equal([{ a: '1' }, { a: '2' }]);
  });

  it('leaves missing fields empty', () => {
    expect(parseCsv('a,b\n1')).to.deep.equal([{ a: '1', b: '' }]);
  });
});
