/** Entry point of the image: `run.ts ROLE [ARGUMENT ...]`. The role's file runs in this process, which is process 1. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fileOfRole, ROLES } from './roles.ts';

const [role, ...rest] = process.argv.slice(2);
const file = fileOfRole(role);
if (!file) {
  console.error(`rca-fleet: there is no role "${role ?? ''}": choose one of ${Object.keys(ROLES).join(', ')}`);
  process.exit(2);
}
const script = resolve(import.meta.dirname, '../..', file);
process.argv.splice(1, process.argv.length - 1, script, ...rest);
await import(pathToFileURL(script).href);
