import { expect } from 'chai';
import type { Router } from 'express';
import { createApi } from '../../../../src/producer/api.ts';
import { describeApi } from '../../../../src/producer/api-description/describe-api.ts';
import { createMcpApi } from '../../../../src/producer/mcp-api.ts';

type Operation = { operationId: string; parameters?: { name: string; in: string }[]; responses: object };
type Document = { paths: Record<string, Record<string, Operation>>; components: { schemas: object } };

const document = describeApi() as Document;
const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
const text = JSON.stringify(document);

/** `GET /incidents/:id` as `get /api/incidents/{id}`. */
function routesOf(router: Router): string[] {
  const layers = router.stack as { route?: { path: string; methods: Record<string, boolean> } }[];
  return layers.flatMap(({ route }) =>
    Object.keys(route?.methods ?? {}).map((method) => `${method} /api${route!.path.replace(/:(\w+)/g, '{$1}')}`),
  );
}

describe('the description of the API', () => {
  it('has every route of the API, and no other', () => {
    const served = [
      ...routesOf(createApi({} as never, {} as never)),
      ...routesOf(createMcpApi({} as never, {} as never)),
    ];
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    const apart = ['post /alerts/{source}', 'get /api/openapi.json'];
    expect(described.sort()).to.deep.equal([...served, ...apart].sort());
  });

  it('names every operation once, and every part of a path as a parameter', () => {
    expect(new Set(operations.map(({ operationId }) => operationId)).size).to.equal(operations.length);
    for (const [path, methods] of Object.entries(document.paths))
      for (const { parameters = [] } of Object.values(methods))
        expect(parameters.flatMap((one) => (one.in === 'path' ? `{${one.name}}` : []))).to.deep.equal(
          path.match(/\{\w+\}/g) ?? [],
        );
  });

  it('refers to components that are there, and uses each', () => {
    const known = Object.keys(document.components.schemas);
    const used = new Set([...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name));
    expect([...used].sort()).to.deep.equal(known.sort());
  });

  it('has the limits of the queries, and lets later versions answer more', () => {
    const [limit] = document.paths['/api/incidents']!.get!.parameters!;
    expect(limit).to.deep.include({ name: 'limit', in: 'query', required: false });
    expect(limit).to.have.property('schema').that.includes({ minimum: 1, maximum: 200, default: 50 });
    expect(text).to.not.contain('additionalProperties":false').and.not.contain('$schema');
  });
});
