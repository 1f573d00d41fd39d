import { readClaim } from '../../src/workers/verification/read-claim.ts';
console.log(JSON.stringify(readClaim('The change "#feed Build the cache key from the request" (commit 2393e4351b59) caused it: its key holds "r.URL"; it came shortly before the trouble began, at 2032-02-02 06:11:30 UTC; it runs in feed-api, where the trouble began')));
console.log(JSON.stringify(readClaim('The change (commit 8331de41abaf) and (commit 12e4567890ab) and (commit 123456789012) and 5e3 ms')));
