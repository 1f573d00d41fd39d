import { takeCoverage } from 'node:v8';

/** Mocha ends the processes of a parallel run before V8 has written their coverage: so it is written after every file. */
export const mochaHooks = {
  afterAll(): void {
    if (process.env.NODE_V8_COVERAGE) takeCoverage();
  },
};
