import { holdForPart } from './what-holds.ts';

// Asked why a job failed whose second try came through, the analysis tells why the first one did not.
holdForPart(2, 1);
