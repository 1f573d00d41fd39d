import { expect } from 'chai';
import { checkKeys, type Fields, matches } from '../../../../../scripts/sandbox/signoz/filter-match.ts';
import { parseFilter } from '../../../../../scripts/sandbox/signoz/filter-parser.ts';
import { SignozRefusal } from '../../../../../scripts/sandbox/signoz/signoz-refusal.ts';

const ROW: Fields = {
  'service.name': 'api',
  severity_text: 'ERROR',
  body: 'Connection is not available (100%)',
  duration_nano: 5_000_000,
  has_error: true,
};

describe('the filter language of the simulated SigNoz', () => {
  const holds = (expression: string) => matches(parseFilter(expression), ROW);

  it('compares, lists, searches and negates', () => {
    const cases: [string, boolean][] = [
      ["service.name = 'api'", true],
      ['resource.service.name = "api"', true],
      ["service.name != 'api'", false],
      ["service.name <> 'web'", true],
      ["service.name IN ('web', 'api')", true],
      ["service.name NOT IN ['web', 'api']", false],
      ["body CONTAINS 'not AVAILABLE'", true],
      ["body NOT CONTAINS 'timeout'", true],
      ["severity_text ILIKE 'err%'", true],
      ["severity_text LIKE 'err%'", false],
      ["body REGEXP '\\\\(\\\\d+%\\\\)'", true],
      ['duration_nano >= 5000000', true],
      ['duration_nano < 5e', false],
      ['duration_nano BETWEEN 1 AND 9000000', true],
      ['has_error = true', true],
      ['has_error EXISTS', true],
      ["'is not available'", true],
      ['timeout', false],
    ];
    for (const [expression, expected] of cases) expect(holds(expression), expression).to.equal(expected);
  });

  it('binds NOT before AND before OR, and lets parentheses change that', () => {
    expect(holds("service.name = 'web' AND has_error = true OR severity_text = 'ERROR'")).to.equal(true);
    expect(holds("service.name = 'web' AND (has_error = true OR severity_text = 'ERROR')")).to.equal(false);
    expect(holds("NOT service.name = 'web' AND has_error = true")).to.equal(true);
    expect(holds("NOT (service.name = 'web' OR has_error = true)")).to.equal(false);
    expect(holds("service.name = 'api' severity_text = 'INFO'")).to.equal(false);
  });

  it('undoes the escapes of SigNoz', () => {
    expect(matches(parseFilter("body = 'it\\'s'"), { body: "it's" })).to.equal(true);
    expect(matches(parseFilter("body = 'a\\\\b'"), { body: 'a\\b' })).to.equal(true);
  });

  it('refuses what is no expression', () => {
    const wrong = [
      "service.name = 'api",
      'service.name =',
      "(service.name = 'a'",
      "a = 'b' AND",
      'a IN (',
      "= 'x'",
      'a ; b',
      'a 5',
    ];
    for (const expression of wrong) expect(() => parseFilter(expression), expression).to.throw(SignozRefusal);
  });

  it('refuses keys that no row has', () => {
    const known = new Set(['service.name']);
    expect(() => checkKeys(parseFilter("service.name = 'a' AND 'text'"), known)).not.to.throw();
    expect(() => checkKeys(parseFilter("service.name = 'a' AND NOT colour = 'red'"), known)).to.throw(SignozRefusal);
  });
});
