import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { databaseOnThread } from '../../../../src/shared/database/embedded-database.ts';
import { rejection } from '../../../support/errors.ts';

/** A thread that dies of the first thing it is asked. */
const dyingThread = (how: string) =>
  new Worker(`require('node:worker_threads').parentPort.on('message', () => { ${how} });`, { eval: true });

describe('the embedded database whose thread dies', () => {
  for (const how of ['process.exit(1)', "throw new Error('out of memory')"]) {
    it(`says so to all who wait and all who come later, and can be closed (${how})`, async () => {
      let unlocked = false;
      const database = databaseOnThread(dyingThread(how), () => {
        unlocked = true;
      });
      const waiting = [database.query('select 1'), database.query('select 2')].map(rejection);
      for (const error of await Promise.all(waiting))
        expect(error).to.include({ code: 'store_unavailable', retryable: true });
      expect(await rejection(database.query('select 3'))).to.include({ code: 'store_unavailable' });
      await database.close();
      expect(unlocked).to.equal(true);
    });
  }
});
