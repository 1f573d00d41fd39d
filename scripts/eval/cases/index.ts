import { dbotPostgres } from './dbot-postgres.ts';
import { holmes } from './holmes.ts';
import { holmesSpecs } from './holmes-k8s-specs.ts';
import { itbenchAlerts } from './itbench-alerts.ts';
import { nezha } from './nezha.ts';
import { opensre } from './opensre.ts';
import { petshop } from './petshop.ts';
import { rootcausebench } from './rootcausebench.ts';
import type { SuiteAdapter } from './suite-adapter.ts';
import { tvdiag } from './tvdiag.ts';

/** Every suite that we can read. */
export const SUITE_ADAPTERS: SuiteAdapter[] = [
  nezha,
  petshop,
  tvdiag,
  itbenchAlerts,
  rootcausebench,
  holmes,
  holmesSpecs,
  opensre,
  dbotPostgres,
];
