/** What a database is, by the scheme of its address. */
export type DatabaseProduct = 'postgresql' | 'redis';

/** One database that may be asked how it is. */
export type DatabaseTarget = {
  name: string;
  product: DatabaseProduct;
  /** Its address; a password that stands in it counts unless there is another. */
  url: string;
  /** Asked before every connection, so that a secret in a file may change without a restart; null: what the address says. */
  password: () => string | null;
  /** What alerts call it beside its name, host and database: the services that use it, other hosts. */
  services: readonly string[];
  /** Certificates (PEM) of the authority that signed the server's. */
  ca: string | null;
};

export type DatabaseServerOptions = {
  targets: readonly DatabaseTarget[];
  /** The deadline of one answer, connecting included, ms. */
  timeoutMs: number;
  /** Connections that one target gets at once; default 2. */
  connectionsPerTarget?: number;
  now?: () => number;
};

/** The products by the schemes of their addresses. */
export const PRODUCTS: Readonly<Record<string, DatabaseProduct>> = {
  'postgres:': 'postgresql',
  'postgresql:': 'postgresql',
  'redis:': 'redis',
  'rediss:': 'redis',
};
