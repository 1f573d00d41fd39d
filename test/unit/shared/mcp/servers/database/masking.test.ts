import { expect } from 'chai';
import fc from 'fast-check';
import { maskStatement } from '../../../../../../src/shared/mcp/servers/database/mask-statement.ts';
import { keyShape, maskCommand } from '../../../../../../src/shared/mcp/servers/database/redis/mask-command.ts';

describe('a statement without its values', () => {
  const cases: [string, string][] = [
    ["select * from users where email = 'ada@example.com'", 'select * from users where email = ?'],
    ["select 'it''s', E'a\\'b', 12.5e3, -7", 'select ?, ?, ?, -?'],
    ['select $1, t1.c2 from t1 where a = $2', 'select $1, t1.c2 from t1 where a = $2'],
    ["alter role app password 'hunter2'", 'alter role app password ?'],
    ['do $body$ begin perform secret(); end $body$', 'do ?'],
    ['select $$plain$$, "Odd ""name"""', 'select ?, "Odd ""name"""'],
    ['select 1 -- for ada\n, /* trace=abc */ 2', 'select ? , ?'],
    ['select a from b where id in (1, 2, 3, 4, 5, 6)', 'select a from b where id in (?, ...)'],
    ["select x'ff', B'01', U&'d\\0061t'", 'select ?, ?, ?'],
    // The server keeps 1 kB: what it cut off in the middle of a text is text.
    ["insert into notes values ('something priv", 'insert into notes values (?'],
  ];
  for (const [statement, shown] of cases) {
    it(`shows ${JSON.stringify(statement.slice(0, 40))} by its shape`, () => {
      expect(maskStatement(statement)).to.equal(shown);
    });
  }

  it('never shows what stands in a literal, a number or a comment', () => {
    const secret = fc.stringMatching(/^[a-z]{6,12}$/).map((text) => `zq${text}`);
    const literals = fc.constantFrom<(text: string) => string>(
      (text) => `'${text}'`,
      (text) => `E'\\'${text}'`,
      (text) => `$tag$ ' ${text} $tag$`,
      (text) => `'' || '${text}`,
      (text) => `/* ' ${text} */ 1`,
      (text) => `1 -- ${text}`,
    );
    fc.assert(
      fc.property(secret, literals, (text, write) => {
        expect(maskStatement(`select a from b where c = ${write(text)}`)).to.not.include(text);
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 100_000 }), (number) => {
        expect(maskStatement(`select a from b where c = ${number}`)).to.not.include(String(number));
      }),
    );
  });

  it('ends, in one line of bearable length, whatever it is given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const shown = maskStatement(text);
        expect(shown.length).to.be.at.most(1000);
        expect(shown).to.not.match(/[\n\r\t]/);
      }),
    );
    expect(maskStatement('select a, '.repeat(2000))).to.have.length(1000);
  });
});

describe('a command of Redis without its values', () => {
  const cases: [string[], string][] = [
    [['SET', 'session:ada@example.com', 'secret'], 'SET session:* (2 arguments)'],
    [['keys', '*'], 'KEYS * (1 argument)'],
    [['KEYS', 'user:*'], 'KEYS user:* (1 argument)'],
    [['AUTH', 'hunter2'], 'AUTH (1 argument)'],
    [['CONFIG', 'SET', 'requirepass', 'hunter2'], 'CONFIG SET (3 arguments)'],
    [['EVAL', 'return secret', '0'], 'EVAL (2 arguments)'],
    [['LPUSH', 'queue', '... (99 more arguments)'], 'LPUSH queue (100 arguments)'],
    [['GET', '4e8bc1d2-77aa'], 'GET * (1 argument)'],
    [['ping'], 'PING (0 arguments)'],
    [['\u0000odd'], '? (0 arguments)'],
  ];
  for (const [words, shown] of cases) {
    it(`shows ${words[0]} as ${shown}`, () => expect(maskCommand(words)).to.equal(shown));
  }

  it('shows of a key nothing but what it begins with', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{2,8}$/), fc.stringMatching(/^[0-9a-zA-Z@.:-]{8,30}$/), (head, rest) => {
        expect(keyShape(`${head}:${rest}`)).to.equal(`${head}:*`);
      }),
    );
  });
});
