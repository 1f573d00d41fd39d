import { expect } from 'chai';
import { maskData, maskText } from '../../../src/shared/mask-data.ts';

describe('the masking of evidence', () => {
  it('masks secrets, also those that invisible characters tear apart', () => {
    expect(maskText('pass\u200bword=hunter2hunter2 of a\u202eb\u0000')).to.equal('password=[masked:secret] of ab');
  });

  it('keeps the shape of a statement and none of its values', () => {
    expect(maskText("SELECT a FROM b WHERE c = 'it''s me' AND d = 'x'\nuser 'bob' left")).to.equal(
      "SELECT a FROM b WHERE c = '?' AND d = '?'\nuser 'bob' left",
    );
    expect(maskText("DETAIL: parameters: $1 = 'maria', $2 = '42'")).to.equal("DETAIL: parameters: $1 = '?', $2 = '?'");
  });

  it('goes through structures, and masks what stands under the name of a secret', () => {
    const data = { rows: [{ 'db.password': 'x', at: 1, ok: null, note: 'mail a.b@example.com', Authorization: 'y' }] };
    expect(maskData(data)).to.deep.equal({
      rows: [
        {
          'db.password': '[masked:secret]',
          at: 1,
          ok: null,
          note: 'mail [masked:email]',
          Authorization: '[masked:secret]',
        },
      ],
    });
  });

  it('changes nothing the second time, and comes to an end on deep structures', () => {
    const once = maskText("token=abcdef1234567890 INSERT INTO a VALUES ('b')");
    expect(maskText(once)).to.equal(once);
    let deep: unknown = 'password=hunter2hunter2';
    for (let index = 0; index < 5_000; index++) deep = { deep };
    expect(JSON.stringify(maskData(deep))).to.not.contain('hunter2');
  });

  it('hides what follows the flag of a secret, and nothing that follows a text which only begins like one', () => {
    expect(maskData(['redis-cli', '--password', 'swordfish'])).to.deep.equal([
      'redis-cli',
      '--password',
      '[masked:secret]',
    ]);
    expect(maskData(['-a secret that was rotated', 'Pool of billing is full'])).to.deep.equal([
      '-a secret that was rotated',
      'Pool of billing is full',
    ]);
  });

  it('hides what goes over several lines of a log, whose lines are texts of their own', () => {
    const [begin, end] = ['BEGIN', 'END'].map((word) => `-----${word} ${'PRIVATE'} KEY-----`);
    const masked = maskData({
      lines: ['start', '- name: DB_PASSWORD', '  value: horse9', begin, 'MIIEvQIBADAN', end, 'ready'],
    });
    expect(JSON.stringify(masked)).to.not.match(/horse9|MIIEvQ/);
    expect((masked as { lines: string[] }).lines).to.include.members(['start', '[masked:private-key]', 'ready']);
  });
});
