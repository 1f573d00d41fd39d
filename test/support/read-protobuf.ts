/** How one field of a message is written; `bytes` are shown as hexadecimal digits, 64-bit numbers as decimal ones where they are times. */
type Field = { name: string; many?: true } & (
  | { type: 'string' | 'bytes' | 'bool' | 'uint' | 'int64' | 'double' | 'fixed64' | 'fixed32' }
  | { type: 'message'; of: () => MessageShape }
);

/** The fields of a message by their numbers. */
export type MessageShape = Record<number, Field>;

// biome-ignore lint/suspicious/noExplicitAny: what is read has the shape that the caller gave
export type ReadMessage = Record<string, any>;

const WIRE = {
  string: 2,
  bytes: 2,
  message: 2,
  bool: 0,
  uint: 0,
  int64: 0,
  double: 1,
  fixed64: 1,
  fixed32: 5,
} as const;

/**
 * Reads one protobuf message. Throws for what a lenient reader would pass over: a field that the shape does not know, one of another wire
 * type, and bytes that are missing or left.
 */
export function readProtobuf(shape: MessageShape, bytes: Buffer): ReadMessage {
  const message: ReadMessage = {};
  for (const field of Object.values(shape)) if (field.many) message[field.name] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined || shift > 63n) throw new Error('a number does not end');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new Error(`${length} bytes are announced, ${bytes.length - at} are there`);
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const field = shape[tag >>> 3];
    if (!field) throw new Error(`field ${tag >>> 3} is not known (after ${Object.keys(message).join(', ')})`);
    if ((tag & 7) !== WIRE[field.type]) throw new Error(`${field.name} has wire type ${tag & 7}`);
    const value = readValue(field, varint, take);
    if (field.many) message[field.name].push(value);
    else message[field.name] = value;
  }
  return message;
}

function readValue(field: Field, varint: () => bigint, take: (length: number) => Buffer): unknown {
  switch (field.type) {
    case 'bool':
      return varint() === 1n;
    case 'uint':
      return Number(varint());
    case 'int64':
      return Number(BigInt.asIntN(64, varint()));
    case 'double':
      return take(8).readDoubleLE();
    case 'fixed64':
      return take(8).readBigUInt64LE();
    case 'fixed32':
      return take(4).readUInt32LE();
    case 'message':
      return readProtobuf(field.of(), take(Number(varint())));
    case 'bytes':
      return take(Number(varint())).toString('hex');
    case 'string':
      return new TextDecoder('utf-8', { fatal: true }).decode(take(Number(varint())));
  }
}
