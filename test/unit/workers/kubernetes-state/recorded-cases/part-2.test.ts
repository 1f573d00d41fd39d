import { holdForPart } from './what-holds.ts';

holdForPart(1, 0);
