import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';

/** What a zone says: addresses of a name (of either kind), and services. */
export type Zone = {
  addresses: Record<string, string[]>;
  services: Record<string, { priority: number; port: number; name: string }[]>;
};

export type DnsZoneServer = { at: string; zone: Zone; close(): Promise<void> };

const TYPES = { A: 1, AAAA: 28, SRV: 33 } as const;

/** A name server on a local UDP port that answers A, AAAA and SRV questions by a zone which may change; other names are NXDOMAIN. */
export async function serveDnsZone(zone: Zone): Promise<DnsZoneServer> {
  const socket = createSocket('udp4');
  socket.on('message', (query, { port, address }) => socket.send(answer(query, zone), port, address));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    at: `127.0.0.1:${socket.address().port}`,
    zone,
    close: async () => {
      socket.close();
      await once(socket, 'close');
    },
  };
}

/** RFC 1035 section 4 and RFC 2782: the question as it came, and answers that point to its name. */
function answer(query: Buffer, zone: Zone): Buffer {
  const questionEnd = query.indexOf(0, 12) + 5;
  const type = query.readUInt16BE(questionEnd - 4);
  const records = recordsOf(zone, readName(query), type);
  const header = Buffer.alloc(12);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(records === null ? 0x8183 : 0x8180, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records?.length ?? 0, 6);
  const answers = (records ?? []).map((data) => {
    const head = Buffer.from([0xc0, 0x0c, 0, type, 0, 1, 0, 0, 0, 1, 0, data.length]);
    return Buffer.concat([head, data]);
  });
  return Buffer.concat([header, query.subarray(12, questionEnd), ...answers]);
}

/** Null for a name that the zone does not have. */
function recordsOf({ addresses, services }: Zone, name: string, type: number): Buffer[] | null {
  if (!(name in addresses) && !(name in services)) return null;
  if (type === TYPES.A)
    return (addresses[name] ?? []).filter((one) => !isIPv6(one)).map((one) => Buffer.from(one.split('.').map(Number)));
  // The one address of this kind that a test needs.
  if (type === TYPES.AAAA)
    return (addresses[name] ?? []).filter((one) => one === '::1').map(() => Buffer.from([...Array(15).fill(0), 1]));
  if (type !== TYPES.SRV) return [];
  return (services[name] ?? []).map(({ priority, port, name: target }) => {
    const numbers = Buffer.alloc(6);
    numbers.writeUInt16BE(priority, 0);
    numbers.writeUInt16BE(port, 4);
    return Buffer.concat([numbers, writeName(target)]);
  });
}

function readName(query: Buffer): string {
  const labels: string[] = [];
  for (let at = 12; query[at] !== 0; at += query[at]! + 1)
    labels.push(query.toString('latin1', at + 1, at + 1 + query[at]!));
  return labels.join('.').toLowerCase();
}

function writeName(name: string): Buffer {
  const labels = name.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  return Buffer.concat([...labels, Buffer.from([0])]);
}
