/** A server or sentinel that can be connected to. */
export type RedisAddress = Readonly<{ host: string; port: number }>;

/** Where the servers are: one server, a master that sentinels name, or the nodes of a Cluster to begin with. */
export type RedisPlace =
  | Readonly<{ topology: 'standalone'; server: RedisAddress; db: number }>
  | Readonly<{
      topology: 'sentinel';
      sentinels: readonly RedisAddress[];
      master: string;
      db: number;
      sentinelUsername: string | null;
      sentinelPassword: string | null;
    }>
  | Readonly<{ topology: 'cluster'; nodes: readonly RedisAddress[] }>;
/** How the servers stand to each other. */
export type Topology = RedisPlace['topology'];

/** What a URL says of Redis; what it does not say is null. */
export type RedisUrl = Readonly<{
  place: RedisPlace;
  username: string | null;
  password: string | null;
  /** IP version of the addresses that host names stand for. */
  family: 4 | 6 | null;
  /** Where to connect for an address that sentinels or nodes name, by `host:port`. */
  natMap: Readonly<Record<string, RedisAddress>>;
  /** Null without `rediss` in the scheme. */
  tls: RedisUrlTls | null;
}>;

/** How TLS is made, to the sentinels too: the paths of PEM files, and the name that certificates are checked against instead of the host's. */
export type RedisUrlTls = Readonly<{
  ca: string | null;
  cert: string | null;
  key: string | null;
  servername: string | null;
  rejectUnauthorized: boolean;
}>;
