import { expect } from 'chai';
import { complains } from '../../../../src/workers/database-state/complaints.ts';

describe('the text of an alert', () => {
  it('complains of nothing where a number only looks like a status', () => {
    for (const said of [
      'Threads_connected of claims-writer is over 503 for 10 minutes',
      'active_connections > 500 for 5m',
      'numbackends exceeded 502 for three datapoints',
      'sessions at 504 for an hour, limit of 900',
    ])
      expect(complains(said), said).to.equal(false);
    for (const said of [
      'the checkout sees 503 from the orders API',
      'a rate of 502 for /login',
      'orders-api answers 504 for every basket',
      '500 errors on the start page',
    ])
      expect(complains(said), said).to.equal(true);
  });

  it('complains of nothing that would only follow from what is watched', () => {
    for (const said of [
      'Age of the oldest transaction ID above 200 million.\nsuspected_symptom: Wraparound; MySQL-style read only mode, writes would be refused.',
      'Storage below 15 %.\nImpact: risk of failed commits.',
      'Seconds_Behind_Source over 30.\nProbable impact: stale reads and delayed queries.',
      'replica_lag over 20 s.\nsuspected_symptom: Outdated data on the read replica.',
      'CPU over 60 %.\nsuspected_symptom: slow queries or slow commits',
    ])
      expect(complains(said), said).to.equal(false);
    for (const said of [
      'replica_lag over 20 s.\nsuspected_symptom: The balance page shows stale data.',
      'CPU over 60 %.\nsuspected_symptom: Slow queries since noon, customers wait.',
      'Age of the oldest transaction ID above 2 billion.\nerror: writes are refused.',
      'replica_lag over 20 s. Stale reads.',
    ])
      expect(complains(said), said).to.equal(true);
  });

  it('complains of nothing where it tells that a measure of harm is as ever, or uses a word of harm for something else', () => {
    for (const said of [
      'Response time of the ferry portal 120 ms, as usual.',
      'p999 steady.',
      'Failures: none. Customer reports: 0.',
      'Timeouts in the gateway are within their usual range.',
      'The primary failed over to the other zone as ordered.',
      'Sessions are down to 90 after the pools were scaled down.',
      'The error log stays empty, nothing new in the slow query log.',
      'Notify the owner if customers get errors.',
      'Client timeout is 30 s.',
      'The baseline is outdated.',
    ])
      expect(complains(said), said).to.equal(false);
    for (const said of [
      'The error rate of the ferry portal is not as usual.',
      'p95 steady, p999 up to 8 s.',
      'Errors: 0 yesterday, 640 today.',
      'Since it failed over, timeouts in the gateway.',
      'The primary is down.',
      'The error log shows timeouts.',
      'Customers get errors if they pay by card.',
      'The first page of the portal is slow when the market opens.',
    ])
      expect(complains(said), said).to.equal(true);
  });
});
