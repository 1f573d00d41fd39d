/** An answer of a server that is larger than anything a call should bring back, in bytes. */
export const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** What a server may announce in one event outside of any call, in bytes. */
export const MAX_EVENT_BYTES = 8 * 1024 * 1024;

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** The code of the error that ends an answer which is too large. */
export const TOO_LARGE = 'ERR_ANSWER_TOO_LARGE';

export function tooLarge(maxBytes: number): Error {
  return Object.assign(new Error(`the answer is larger than ${Math.floor(maxBytes / 1024 / 1024)} MiB`), {
    code: TOO_LARGE,
  });
}

/** The chunks of a body until they are more than `maxBytes`; throws tooLarge then. */
export async function* limited(body: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    yield chunk;
  }
}

/** The chunks of a stream of server-sent events; throws tooLarge where more than `maxBytes` come without a blank line, which ends an event. */
export async function* eachLimited(body: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  let last = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    for (const byte of chunk) {
      // A carriage return may stand before either line feed.
      if (byte === LINE_FEED && last === LINE_FEED) bytes = 0;
      if (byte !== CARRIAGE_RETURN) last = byte;
    }
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    yield chunk;
  }
}

/** Whether the length that an answer states is sound, so that nothing has to be counted. */
export function statesSmallBody(headers: Headers, maxBytes: number): boolean {
  const stated = headers.get('content-length');
  return stated !== null && Number(stated) <= maxBytes;
}

/** The same answer, whose body breaks off with tooLarge as soon as more than `maxBytes` of it have come. */
export function limitedResponse(response: Response, maxBytes: number): Response {
  const { body, status, headers } = response;
  if (!body || statesSmallBody(headers, maxBytes)) return response;
  const stream = ReadableStream.from(limited(body, maxBytes));
  const bounded = new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>, { status, headers });
  Object.defineProperty(bounded, 'url', { value: response.url });
  return bounded;
}

/** `fetch` that takes no more than so many bytes of any answer. */
export function limitedFetch(maxBytes: number, fetchFn: typeof fetch = fetch): typeof fetch {
  return async (input, init) => limitedResponse(await fetchFn(input, init), maxBytes);
}
