import type { KubeConfig as Config } from '@kubernetes/client-node/dist/config.js';
import type { RequestContext as Context } from '@kubernetes/client-node/dist/gen/http/http.js';
import { limited } from '../../../http/limit-body.ts';
import { callFailure, configFailure, refusedFailure } from './kubernetes-failures.ts';
import { HttpMethod, IsomorphicFetchHttpLibrary, RequestContext } from './kubernetes-sdk.ts';

export type Query = Record<string, string | number | boolean | undefined>;
/** A GET of the API as text; `what` names it in failures, which are DependencyErrors. */
export type Get = (what: string, path: string, query: Query, signal: AbortSignal) => Promise<string>;

/** A larger answer is cut off while it comes: a page is parsed in one go, which takes several times its size. */
export const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
/** Long enough to share connections within investigations, short enough to take up rotated certificates. */
const DISPATCHER_MS = 60_000;

type Dispatcher = NonNullable<ReturnType<Context['getDispatcher']>>;

/** The SDK makes a connection pool per call; this keeps one for a while, so that calls share connections. */
function createDispatcherCache(): (context: Context) => void {
  let kept: { dispatcher: Dispatcher; until: number } | null = null;
  return (context) => {
    const fresh = context.getDispatcher();
    if (!fresh) return;
    if (kept === null || Date.now() > kept.until) {
      kept?.dispatcher.close().catch(() => {});
      kept = { dispatcher: fresh, until: Date.now() + DISPATCHER_MS };
    }
    context.setDispatcher(kept.dispatcher);
  };
}

/** GETs within a deadline each, in ms, and within the bound on the size of an answer. */
export function createGet(config: Config, timeoutMs: number): Get {
  const http = new IsomorphicFetchHttpLibrary();
  const shareDispatcher = createDispatcherCache();
  const send = async (path: string, query: Query, signal: AbortSignal) => {
    const cluster = config.getCurrentCluster();
    if (!cluster) throw configFailure(new Error('it names no current cluster'));
    const context = new RequestContext(`${cluster.server.replace(/\/$/, '')}${path}`, HttpMethod.GET);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) context.setQueryParam(name, String(value));
    }
    context.setSignal(AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]));
    await config.applySecurityAuthentication(context);
    shareDispatcher(context);
    const { httpStatusCode, headers, body } = await http.send(context).toPromise();
    return { code: httpStatusCode, headers, body: await readText(body.stream()) };
  };
  return async (what, path, query, signal) => {
    const answer = await send(path, query, signal).catch((error) => {
      throw callFailure(what, error, signal);
    });
    if (answer.code < 200 || answer.code > 299) throw refusedFailure(what, answer, answer.body);
    return answer.body;
  };
}

async function readText(body: ReadableStream<Uint8Array> | null): Promise<string> {
  const chunks: Uint8Array[] = [];
  if (body === null) return '';
  for await (const chunk of limited(body, MAX_ANSWER_BYTES)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
