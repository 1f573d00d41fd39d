import { expect } from 'chai';
import fc from 'fast-check';
import { describeArguments } from '../../../../../src/shared/mcp/describe-arguments.ts';
import { checkToolArguments } from '../../../../../src/shared/mcp/guard/check-arguments.ts';
import { checkScope } from '../../../../../src/shared/mcp/guard/check-scope.ts';
import { createToolAliases } from '../../../../../src/shared/mcp/guard/tool-aliases.ts';
import { isOffered } from '../../../../../src/shared/mcp/guard/tool-guard.ts';

const refusal = (work: () => void) => {
  try {
    work();
    return null;
  } catch (error) {
    return error as Error & { failure: string };
  }
};

describe('the scope of a server', () => {
  const scope = { namespaces: ['shop', 'team-*'], hosts: ['db.example.com'], databases: ['orders'] };
  const check = (args: Record<string, unknown>, takes?: string[]) => refusal(() => checkScope('s', scope, args, takes));

  it('lets through what lies within it', () => {
    expect(check({ namespace: 'shop', url: 'https://db.example.com:5432/x', database: 'orders' })).to.equal(null);
    expect(check({ namespace: 'team-a', host: 'db.example.com:80', nested: [{ db: 'orders' }] })).to.equal(null);
    expect(refusal(() => checkScope('s', undefined, { namespace: 'any' }))).to.equal(null);
  });

  it('refuses what lies outside, however deep, and says what may be asked', () => {
    for (const args of [
      { namespace: 'kube-system' },
      { host: 'evil.example.com' },
      { deep: { list: [{ database: 'users' }] } },
      { connectionString: 'mongodb://db.example.com:27017,evil.example.com/orders' },
      { connection_string: 'postgres://evil.example.com/orders' },
      { urls: ['https://db.example.com/', 'https://evil.example.com/'] },
      { domain: 'db.example.com.evil.example.com' },
    ]) {
      expect(check(args), JSON.stringify(args)).to.include({ failure: 'refused' });
    }
    expect(check({ namespace: 'x' })!.message).to.include('shop, team-*');
  });

  it('refuses to leave out what the tool takes, since that means everything', () => {
    expect(check({ name: 'x' }, ['name', 'namespace'])).to.include({ failure: 'refused' });
    expect(check({ name: 'x' }, ['name'])).to.equal(null);
  });
});

describe('the arguments of a tool', () => {
  const schema = {
    type: 'object',
    properties: { name: { type: 'string' }, count: { type: ['integer', 'null'] }, kind: { enum: ['a', 'b'] } },
    required: ['name'],
    additionalProperties: false,
  };
  const faults = (args: Record<string, unknown>) =>
    refusal(() => checkToolArguments('s', 't', schema, args))?.message ?? '';

  it('are checked against its schema, with every fault', () => {
    expect(faults({ name: 'x', count: null, kind: 'a' })).to.equal('');
    const message = faults({ count: 'many', kind: 'c', other: 1 });
    expect(message).to.include('name is missing');
    expect(message).to.include('count is no integer or null');
    expect(message).to.include('kind is none of a, b');
    expect(message).to.include('there is no other, only name, count, kind');
  });

  it('are checked however they are nested, as deep as people nest them', () => {
    const filter = { type: 'object', properties: { field: { type: 'string' } }, required: ['field'] };
    const nested = {
      properties: { filters: { type: 'array', items: filter }, range: { ...filter, additionalProperties: false } },
    };
    const of = (args: Record<string, unknown>) =>
      refusal(() => checkToolArguments('s', 't', nested, args))?.message ?? '';
    expect(of({ filters: [{ field: 'a', op: '=' }], range: { field: 'b' } })).to.equal('');
    expect(of({ filters: [{ field: 'a' }, { field: 1 }] })).to.include('filters[1].field is no string');
    expect(of({ filters: ['a'] })).to.include('filters[0] is no object');
    expect(of({ range: { fields: 'b' } }))
      .to.include('range.field is missing')
      .and.include('there is no range.fields');
  });

  it('never make the check fail itself, whatever schema and arguments are', () => {
    const anything = fc.anything({ maxDepth: 6 });
    const keyed = fc.dictionary(fc.constantFrom('properties', 'items', 'type', 'enum', 'required', 'a', '0'), anything);
    fc.assert(
      fc.property(keyed, fc.dictionary(fc.constantFrom('a', '0', 'items'), anything), (schema, args) => {
        const error = refusal(() => checkToolArguments('s', 't', schema, args));
        if (error) expect(error).to.include({ failure: 'bad_request' });
      }),
    );
  });

  it('are let through where the schema says nothing', () => {
    expect(refusal(() => checkToolArguments('s', 't', {}, { anything: 1 }))).to.equal(null);
  });

  it('are let through where the schema speaks of them in a way that only the server can check', () => {
    const recursive = {
      $defs: { node: { type: 'object', properties: { next: { $ref: '#/$defs/node' } } } },
      type: 'object',
      properties: { tree: { $ref: '#/$defs/node' }, any: true, none: null, either: { anyOf: [{ type: 'string' }] } },
      patternProperties: { '^x-': { type: 'string' } },
      additionalProperties: false,
    };
    const args = { tree: { next: { next: {} } }, any: 1, none: 2, either: 'x', 'x-more': 'y' };
    expect(refusal(() => checkToolArguments('s', 't', recursive, args))).to.equal(null);
    const lists = { properties: { pair: { enum: [[1, 2], { a: 1 }] } } };
    expect(refusal(() => checkToolArguments('s', 't', lists, { pair: [1, 2] }))).to.equal(null);
    expect(refusal(() => checkToolArguments('s', 't', lists, { pair: [2, 1] }))).to.include({ failure: 'bad_request' });
    for (const odd of [{ properties: [] }, { properties: 'x', required: 'y' }, { required: [1, null] }])
      expect(refusal(() => checkToolArguments('s', 't', odd, { a: 1 }))).to.equal(null);
  });

  it('go to the audit trail masked and short', () => {
    const text = describeArguments({ password: 'hush', url: 'https://u:secret1@h/', long: 'x'.repeat(5000), n: 1 });
    expect(text).to.include('"long":"[5000 characters]"').and.include('"n":1');
    expect(text).to.not.include('hush').and.not.include('secret1');
  });
});

describe('what the LLM may be offered', () => {
  const tool = (name: string, readOnlyHint: boolean | null) => ({
    name,
    description: '',
    inputSchema: {},
    readOnlyHint,
  });

  it('is on the allow-list and reads, by the claim of the server or by our statement', () => {
    const rules = { allow: ['get_*'], readOnly: ['get_b'] };
    const offered = [
      tool('get_a', true),
      tool('get_b', null),
      tool('get_c', null),
      tool('get_d', false),
      tool('list', true),
    ];
    expect(offered.filter((one) => isOffered({ tools: rules }, one)).map(({ name }) => name)).to.deep.equal([
      'get_a',
      'get_b',
    ]);
    expect(isOffered({}, tool('get_a', true))).to.equal(false);
  });

  it('is named by the operator where it could answer of namespaces outside of the scope', () => {
    const namespaced = { ...tool('pods_list_in_namespace', true), inputSchema: { properties: { namespace: {} } } };
    const listed = [namespaced, tool('pods_list', true), tool('pods_version', true)];
    const scope = { namespaces: ['shop'] };
    const names = (allow: string[]) =>
      listed.filter((one) => isOffered({ tools: { allow, readOnly: [] }, scope }, one)).map(({ name }) => name);
    expect(names(['pods_*'])).to.deep.equal(['pods_list_in_namespace']);
    expect(names(['pods_*', 'pods_version'])).to.deep.equal(['pods_list_in_namespace', 'pods_version']);
    expect(isOffered({ tools: { allow: ['pods_*'], readOnly: [] }, scope: { hosts: ['a'] } }, listed[1]!)).to.equal(
      true,
    );
  });

  it('has names within the rules of the API that lead back to the tool', () => {
    const names = ['s__a.b', 's__a_b', `s__${'x'.repeat(128)}`, 's__plain'];
    const aliases = createToolAliases(names);
    for (const name of names) {
      expect(aliases.aliasOf(name)).to.match(/^[A-Za-z0-9_-]{1,64}$/);
      expect(aliases.nameOf(aliases.aliasOf(name))).to.equal(name);
    }
    expect(aliases.aliasOf('s__plain')).to.equal('s__plain');
  });

  it('has names of its own, whatever a server calls its tools', () => {
    const name = fc.string({ unit: fc.constantFrom('a', '_', '.', '-', 'x'.repeat(40)), maxLength: 4 });
    const hashOf = (one: string) => createToolAliases([one, `${one}.`, one.replaceAll('.', '_')]).aliasOf(one);
    fc.assert(
      fc.property(fc.array(name), (some) => {
        // What another tool's alias is, a server may well call a tool.
        const names = [...some, ...some.map(hashOf), ...some];
        const aliases = createToolAliases(names);
        for (const one of names) expect(aliases.nameOf(aliases.aliasOf(one))).to.equal(one);
        for (const one of names) expect(aliases.aliasOf(one)).to.match(/^[A-Za-z0-9_-]{1,64}$/);
      }),
    );
  });
});
