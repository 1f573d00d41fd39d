import type { SuiteAdapter } from './suite-adapter.ts';

/** Every suite that we can read. */
export const SUITE_ADAPTERS: SuiteAdapter[] = [];
