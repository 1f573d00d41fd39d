import type { CapabilityMap } from '../configured-server.ts';

/** What is known of a server that others wrote: how it is recognised and which of its tools answer which capability. */
export type KnownMap = {
  /** Looked for in the name, the command, its arguments and the address of an entry. */
  recognise: RegExp;
  capabilities: CapabilityMap;
  /** Names that an entry has to give in `values` for the capabilities that use them, each with what it is. */
  values?: Readonly<Record<string, string>>;
};
