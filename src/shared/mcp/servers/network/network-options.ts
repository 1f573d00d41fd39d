/** What the network server may reach, and how. */
export type NetworkOptions = {
  /**
   * Host names (`api.example.com`, `*.example.com` for everything below it), IP addresses and CIDR ranges (`10.0.0.0/8`).
   * A private address may be reached when its host name is listed in full, or it or its range is listed; loopback,
   * link-local and other special addresses only when they themselves are listed.
   */
  allowedHosts: readonly string[];
  /** Like a hosts file with ports: connect to this address for the host, whatever the DNS says; counts as listed. */
  resolveOverrides?: Readonly<Record<string, { address: string; port: number }>>;
  /** Certificates (PEM) of own authorities that count as trusted besides the system's. */
  extraCa?: readonly string[];
  /** DNS servers (`address` or `address:port`) to ask instead of the system's. */
  dnsServers?: readonly string[];
  /** How long one check may take, ms; default 5000. */
  timeoutMs?: number;
  now?: () => number;
};

export const DEFAULT_CHECK_TIMEOUT_MS = 5000;
