import { z } from 'zod';
import { deadLettersQuery, listQuery, redriveQuery } from '../api-queries.ts';
import { SOURCE_NAMES } from '../sources/index.ts';
import * as shapes from './response-shapes.ts';

/** Of the interface; the first number changes where an answer changes so that those who read it may fail. */
const VERSION = '1.0.0';

type Json = Record<string, unknown>;

/** One operation: `answers` by status, each a component; `problems` are the statuses of problem documents. */
type Operation = {
  method: 'get' | 'post';
  path: string;
  id: string;
  summary: string;
  query?: z.ZodObject;
  answers: Record<number, keyof typeof COMPONENTS | keyof typeof OTHER_CONTENT>;
  problems: number[];
  open?: true;
};

const COMPONENTS = {
  Problem: shapes.problem,
  Accepted: shapes.accepted,
  IncidentPage: shapes.incidentPage,
  Incident: shapes.incident,
  DeadLetters: shapes.deadLetters,
  Outcome: shapes.outcome,
  RedrivePlan: shapes.redrivePlan,
  McpServers: shapes.mcpServers,
} as const;

const OTHER_CONTENT = {
  png: { 'image/png': {} },
  challenge: { 'text/plain': { schema: { type: 'string' } } },
  openapi: { 'application/json': { schema: { type: 'object' } } },
} as const;

const OPERATIONS: readonly Operation[] = [
  {
    ...{ method: 'post', path: '/alerts/{source}', id: 'receiveAlerts' },
    summary: 'Takes up the alerts of a body in the form of its sender; 202 when they are stored',
    answers: { 200: 'challenge', 202: 'Accepted' },
    problems: [400, 401, 404, 413, 415, 422, 503],
  },
  {
    ...{ method: 'get', path: '/api/incidents', id: 'listIncidents', query: listQuery },
    summary: 'Incidents, the newest first',
    answers: { 200: 'IncidentPage' },
    problems: [400, 401, 403],
  },
  {
    ...{ method: 'get', path: '/api/incidents/{id}', id: 'showIncident' },
    summary: 'An incident with alerts, decision, investigations, evidence, report and deliveries',
    answers: { 200: 'Incident' },
    problems: [401, 403, 404],
  },
  {
    ...{ method: 'post', path: '/api/incidents/{id}/investigate', id: 'investigateAnyway' },
    summary: 'Reverses what the intake policies have decided: investigates it now',
    answers: { 202: 'Outcome' },
    problems: [401, 403, 404, 409],
  },
  {
    ...{ method: 'get', path: '/api/incidents/{id}/charts/{file}', id: 'showChart' },
    summary: 'A chart of the report; the file is 1.png or 2.png',
    answers: { 200: 'png' },
    problems: [401, 403, 404],
  },
  {
    ...{ method: 'get', path: '/api/dead-letters', id: 'listDeadLetters', query: deadLettersQuery },
    summary: 'Incidents that ended without an answer, the newest first',
    answers: { 200: 'DeadLetters' },
    problems: [400, 401, 403],
  },
  {
    ...{ method: 'post', path: '/api/dead-letters/redrive', id: 'redriveDeadLetters', query: redriveQuery },
    summary: 'Plans to send those of the filter, or all, round again one after the other',
    answers: { 202: 'RedrivePlan' },
    problems: [400, 401, 403],
  },
  {
    ...{ method: 'post', path: '/api/dead-letters/{id}/redrive', id: 'redriveDeadLetter' },
    summary: 'Sends a dead incident round again at once',
    answers: { 202: 'Outcome' },
    problems: [401, 403, 409],
  },
  {
    ...{ method: 'get', path: '/api/mcp', id: 'listMcpServers', query: z.object({ ask: z.enum(['no']).optional() }) },
    summary: 'How the MCP servers are, asked now, or with ask=no what is known of them',
    answers: { 200: 'McpServers' },
    problems: [401, 403],
  },
  {
    ...{ method: 'get', path: '/api/openapi.json', id: 'describeApi', open: true },
    summary: 'This description',
    answers: { 200: 'openapi' },
    problems: [],
  },
];

/** The HTTP interface as an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1.html); made of the shapes that tests hold the answers to. */
export function describeApi(): Json {
  const byPath = Map.groupBy(OPERATIONS, ({ path }) => path);
  const paths = [...byPath].map(([path, operations]) => [
    path,
    Object.fromEntries(operations.map((operation) => [operation.method, describeOperation(operation)])),
  ]);
  return {
    openapi: '3.1.1',
    info: { title: 'rca-fleet', version: VERSION, description: 'Root-cause analyses of production alerts' },
    paths: Object.fromEntries(paths),
    components: {
      schemas: componentSchemas(),
      securitySchemes: {
        admin: { type: 'http', scheme: 'bearer', description: 'ADMIN_TOKEN' },
        webhook: { type: 'http', scheme: 'bearer', description: 'WEBHOOK_TOKEN; basic auth with it as password too' },
        slack: { type: 'apiKey', in: 'header', name: 'X-Slack-Signature', description: 'of the source slack' },
      },
    },
  };
}

function describeOperation({ path, id, summary, query, answers, problems, open }: Operation): Json {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    ...{ name, in: 'path', required: true },
    schema: name === 'source' ? { type: 'string', enum: SOURCE_NAMES } : { type: 'string' },
  }));
  const parameters = [...inPath, ...(query ? describeQuery(query) : [])];
  const given = Object.entries(answers).map(([status, answer]) => [status, describeAnswer(answer)]);
  const refused = problems.map((status) => [status, answerOf('application/problem+json', 'Problem')]);
  const secured = path.startsWith('/alerts') ? [{ webhook: [] }, { slack: [] }] : [{ admin: [] }];
  return {
    operationId: id,
    summary,
    security: open ? [] : secured,
    ...(parameters.length > 0 && { parameters }),
    ...(path.startsWith('/alerts') && {
      requestBody: { required: true, content: { 'application/json': { schema: {} } } },
    }),
    responses: Object.fromEntries([...given, ...refused]),
  };
}

function describeAnswer(answer: Operation['answers'][number]): Json {
  if (answer in OTHER_CONTENT)
    return { description: answer, content: OTHER_CONTENT[answer as keyof typeof OTHER_CONTENT] };
  return answerOf('application/json', answer as keyof typeof COMPONENTS);
}

const answerOf = (type: string, component: keyof typeof COMPONENTS): Json => ({
  description: component,
  content: { [type]: { schema: { $ref: `#/components/schemas/${component}` } } },
});

function describeQuery(query: z.ZodObject): Json[] {
  const { properties = {} } = plain(z.toJSONSchema(query, { io: 'input', unrepresentable: 'any' })) as {
    properties?: Record<string, Json>;
  };
  return Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', required: false, schema }));
}

function componentSchemas(): Json {
  const schemas = Object.entries(COMPONENTS).map(([name, shape]) => [
    name,
    plain(
      z.toJSONSchema(shape, {
        override: ({ jsonSchema }) => {
          // Later versions may answer more fields.
          if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
        },
      }),
    ),
  ]);
  return Object.fromEntries(schemas);
}

/** Without the dialect, which OpenAPI 3.1 has for all of its schemas. */
function plain({ $schema: _dialect, ...schema }: Json): Json {
  return schema;
}
