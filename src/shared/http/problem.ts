import type { NextFunction, Request, Response } from 'express';
import { describeError, FleetError } from '../errors.ts';
import type { Logger } from '../logger.ts';

/** An error that becomes an HTTP answer: an RFC 9457 problem document whose `detail` helps the caller. */
export class HttpProblem extends Error {
  readonly status: number;
  readonly title: string;
  readonly headers: Record<string, string>;

  constructor(status: number, title: string, detail: string, headers: Record<string, string> = {}) {
    super(detail);
    this.name = 'HttpProblem';
    this.status = status;
    this.title = title;
    this.headers = headers;
  }
}

/** Sends a problem document (RFC 9457, application/problem+json). */
export function sendProblem(response: Response, problem: HttpProblem): void {
  const body = { type: 'about:blank', title: problem.title, status: problem.status, detail: problem.message };
  response.status(problem.status).set(problem.headers).type('application/problem+json').send(JSON.stringify(body));
}

/** The last middleware: turns whatever was thrown into a problem document; the details of our own faults stay in the log. */
export function problemHandler(logger: Logger) {
  return (error: unknown, _request: Request, response: Response, next: NextFunction): void => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const problem = toProblem(error);
    if (problem.status >= 500)
      logger.error('a request failed', { status: problem.status, error: describeError(error) });
    sendProblem(response, problem);
  };
}

/** The answer for a path that does not exist. */
export function notFound(request: Request): never {
  throw new HttpProblem(404, 'Not found', `there is nothing under ${request.method} ${request.path}`);
}

/** Whatever was thrown as the problem that the caller is told. */
export function toProblem(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof FleetError && error.code === 'body_invalid')
    return new HttpProblem(422, 'Body not understood', error.message);
  if (error instanceof FleetError && error.retryable) {
    return new HttpProblem(503, 'Not available now', 'nothing was written down: send the same request again', {
      'retry-after': '5',
    });
  }
  return (
    bodyReaderProblem(error) ??
    new HttpProblem(500, 'Internal error', 'nothing was written down; the log of the producer has the cause')
  );
}

/** What express' body reader throws, as sentences for the sender. */
function bodyReaderProblem(error: unknown): HttpProblem | null {
  switch ((error as { type?: string } | null)?.type) {
    case 'entity.too.large':
      return new HttpProblem(413, 'Body too large', 'the body is larger than 1 MiB: send fewer alerts in one request');
    case 'encoding.unsupported':
      return new HttpProblem(
        415,
        'Encoding not supported',
        'send the body as it is, or with content-encoding gzip, deflate or br',
      );
    case 'request.size.invalid':
      return new HttpProblem(400, 'Body incomplete', 'the body is not as long as its content-length says');
    case 'request.aborted':
      return new HttpProblem(400, 'Body incomplete', 'the connection was closed before the body was complete');
    default:
      return brokenEncodingProblem(error);
  }
}

function brokenEncodingProblem(error: unknown): HttpProblem | null {
  const code = (error as { code?: string } | null)?.code ?? '';
  const status = (error as { status?: number } | null)?.status;
  if (code.startsWith('Z_') || code.startsWith('ERR__ERROR_FORMAT') || status === 400) {
    return new HttpProblem(400, 'Body unreadable', 'the body does not decode as its content-encoding says');
  }
  return null;
}
