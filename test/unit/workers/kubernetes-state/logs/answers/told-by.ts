import { STORE_ANSWERS } from '../../../../../../src/workers/kubernetes-state/logs/store-answers.ts';

/** The kind of trouble that an answer of a store shows, null where it shows none. */
export const kindIn = (text: string, around = ''): string | null =>
  STORE_ANSWERS.find(({ shows }) => shows(text, around) !== null)?.kind ?? null;

/** The words of the answer by which the trouble is told. */
export const toldIn = (text: string, around = ''): string =>
  STORE_ANSWERS.map(({ shows }) => shows(text, around)).find((shown) => shown !== null) ?? '';
