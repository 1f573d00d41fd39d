import * as conventions from '@opentelemetry/semantic-conventions/incubating';
import { expect } from 'chai';
import { SPAN_ATTRIBUTES } from '../../../../src/shared/tracing/span-attributes.ts';

const known = new Map(
  Object.entries(conventions)
    .filter(([name]) => name.startsWith('ATTR_'))
    .map(([name, value]) => [value as unknown, name]),
);

describe('the attributes of spans', () => {
  it("are names of OpenTelemetry's semantic conventions, or begin with rca_fleet", () => {
    const own = SPAN_ATTRIBUTES.filter((name) => name.startsWith('rca_fleet.'));
    const unknown = SPAN_ATTRIBUTES.filter((name) => !own.includes(name) && !known.has(name));
    expect(unknown).to.deep.equal([]);
  });

  it('are each there once', () => {
    expect([...new Set(SPAN_ATTRIBUTES)]).to.deep.equal([...SPAN_ATTRIBUTES]);
  });
});
