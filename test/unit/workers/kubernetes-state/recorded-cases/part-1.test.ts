import { holdForPart } from './what-holds.ts';

holdForPart(0, 0);
