import { expect } from 'chai';
import * as clean from '../../../../src/workers/report-blocks/clean-text.ts';

const cleanText = (text: string) => clean.cleanText(text, 1_000);
const cleanLine = (text: string) => clean.cleanLine(text, 1_000);

describe('clean-text', () => {
  it('leaves ordinary words, code and emoji as they are', () => {
    const text = 'user_service: a < b && c > d, *x* `y` 👩‍👩‍👧‍👦 🏳️‍🌈 é 数据库';
    expect(cleanText(text)).to.equal(text);
  });

  it('drops control, bidi and zero-width characters', () => {
    expect(cleanText('a\u0000\u001b[31mb\u202Ec\u200Bd\u2066e\uFEFFf\u00ADg\u{E0041}h\u200Di')).to.equal(
      'a[31mbcdefghi',
    );
  });

  it('replaces half a surrogate pair', () => {
    expect(cleanText('a\uD83Db')).to.equal('a\uFFFDb');
  });

  it('takes the life out of pings and links, hidden ones too', () => {
    expect(cleanText('<!channel> <@U1> <#C1> <https://e.example|x> @here')).to.equal(
      '‹!channel> ‹@U1> ‹#C1> ‹https://e.example|x> @ here',
    );
    expect(cleanText('<\u200B!channel> @\u200Bchannel')).to.equal('‹!channel> @ channel');
  });

  it('leaves addresses of people and hosts alone that only look like a ping', () => {
    expect(cleanText('git@here.example')).to.not.contain('@ here');
  });

  it('keeps line breaks in texts and none in lines', () => {
    expect(cleanText('a\r\nb\rc\u2028d\n')).to.equal('a\nb\nc\nd');
    expect(cleanLine('a\r\n  b\tc')).to.equal('a b c');
  });

  it('limits marks stacked on one letter', () => {
    expect(cleanText(`e${'\u0301'.repeat(500)}`)).to.have.length(5);
  });

  it('shows nothing of a secret at the place where a huge text is no longer read', () => {
    const text = `${'\u200B'.repeat(3_970)}see postgres://app:Sup3rS3cret@db/users`;
    expect(clean.cleanText(text, 1_000)).to.not.contain('Sup3');
  });

  it('masks secrets, also those broken up by invisible characters', () => {
    expect(cleanText('password=hun\u200Bter2secret')).to.not.contain('ter2secret');
  });
});
