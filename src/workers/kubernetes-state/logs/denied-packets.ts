import type { KubernetesState } from '../kubernetes-state.ts';

/** A packet that the pod network did not let through, by the addresses in the line that tells it. */
export type DeniedPacket = { from: string; to: string; port: string; line: string; evidence: number };

/** The words of agents of pod networks (AWS, Calico, Cilium, GKE, Antrea, OVN) for what a policy denied. */
const DENIED = /\b(?:DENY|DENIED|DROP|DROPPED|REJECT|REJECTED)\b|policy denied/i;
const ADDRESS = String.raw`"?[=: ]{1,4}"?(\d{1,3}(?:\.\d{1,3}){3})\b`;
const FROM = new RegExp(String.raw`\b(?:src[_ ]?ip|source_?ip|nw_src|src|source)${ADDRESS}`, 'i');
const TO = new RegExp(
  String.raw`\b(?:dest[_ ]?ip|dst[_ ]?ip|destination_?ip|nw_dst|dst|dest|destination)${ADDRESS}`,
  'i',
);
const PORT = /\b(?:dest[_ ]?port|dst[_ ]?port|destination_?port|tp_dst|dpt|dport)"?[=: ]{1,4}"?(\d{1,5})\b/i;
/** `10.0.1.7:51514 -> 10.0.2.9:53 udp` of `cilium monitor`, `10.0.1.7 51514 10.0.2.9 53 UDP` of Antrea. */
const ARROW = /(\d{1,3}(?:\.\d{1,3}){3})[: ]\d{1,5} (?:-> )?(\d{1,3}(?:\.\d{1,3}){3})[: ](\d{1,5})\b/;

const MAX_LINES = 3000;

/** The packets that the logs of the pod network tell were denied. */
export const deniedPackets = ({ logs }: KubernetesState): DeniedPacket[] =>
  logs.flatMap((log) =>
    log.lines.slice(-MAX_LINES).flatMap((raw) => {
      const line = raw.slice(0, 1000);
      if (!DENIED.test(line)) return [];
      const [, from = FROM.exec(line)?.[1], to = TO.exec(line)?.[1], port = PORT.exec(line)?.[1]] =
        ARROW.exec(line) ?? [];
      return from && to && port ? [{ from, to, port, line, evidence: log.evidence }] : [];
    }),
  );
