/** An answer of a server that is larger than anything a call should bring back, in bytes. */
export const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

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
