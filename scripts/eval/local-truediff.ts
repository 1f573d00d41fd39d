import { RECORDED_CASES } from '../../test/fixtures/recorded-cases/index.ts';
for (const one of RECORDED_CASES.filter(({ id }) => process.argv.slice(2).some((b) => id.startsWith(b)))) {
  console.log('=====', one.id, one.culprit);
  for (const t of one.telemetry ?? []) if (t.capability === 'changes.list') for (const c of (t.data as any).changes) if ((process.env.TITLE ? c.title.includes(process.env.TITLE) : c.id === one.culprit)) console.log(JSON.stringify(c, null, 1).replace(/\\n/g, '\n'));
}
