import { createHmac, timingSafeEqual } from 'node:crypto';
import express, { type Request, type RequestHandler, Router } from 'express';
import { HttpProblem } from '../shared/http/problem.ts';
import { verifyToken } from './verify-token.ts';

const COOKIE = 'rca_fleet_session';
const SESSION_MS = 12 * 3_600_000;

export type AdminAccess = {
  /** Lets a request through with the bearer token; answers 401 otherwise. For the API. */
  requireToken: RequestHandler;
  /** Lets a request through with the session cookie or the bearer token; sends a browser to the login page. For the board. */
  requireLogin: RequestHandler;
  /** `GET /login` and `POST /login`: trades ADMIN_TOKEN for the session cookie. */
  login: Router;
};

/**
 * Access to API and board by ADMIN_TOKEN. The cookie is a signed expiry, HttpOnly and SameSite=Strict, so that another
 * site can neither read it nor make the operator's browser press a button on the board. `open` lets everybody in.
 */
export function adminAccess(adminToken: string | null, open: boolean): AdminAccess {
  const allowed = (request: Request) => open || hasToken(adminToken, request);
  const closed = () =>
    new HttpProblem(
      403,
      'Closed',
      'this part is closed because ADMIN_TOKEN is not set: set it and start the producer again',
    );
  const requireToken: RequestHandler = (request, _response, next) => {
    if (allowed(request) || hasSession(adminToken, request)) return next();
    if (!adminToken) throw closed();
    throw new HttpProblem(401, 'Not allowed', 'send "Authorization: Bearer <ADMIN_TOKEN>"', {
      'www-authenticate': 'Bearer',
    });
  };
  const requireLogin: RequestHandler = (request, response, next) => {
    if (allowed(request) || hasSession(adminToken, request)) return next();
    if (!adminToken) throw closed();
    if (request.method === 'GET' && request.accepts(['json', 'html']) === 'html')
      return response.redirect(303, '/login');
    throw new HttpProblem(401, 'Not allowed', 'log in under /login or send "Authorization: Bearer <ADMIN_TOKEN>"');
  };
  return { requireToken, requireLogin, login: loginRouter(adminToken) };
}

function loginRouter(adminToken: string | null): Router {
  const router = Router();
  router.get('/login', (_request, response) => void response.type('html').send(loginPage('')));
  router.post('/login', express.urlencoded({ extended: false, limit: '4kb' }), (request, response) => {
    const given = (request.body as { token?: unknown } | undefined)?.token;
    if (!adminToken || typeof given !== 'string' || !sameText(given, adminToken)) {
      response.status(401).type('html').send(loginPage('That is not the admin token.'));
      return;
    }
    const secure = request.secure || request.headers['x-forwarded-proto'] === 'https';
    const options = { httpOnly: true, sameSite: 'strict', secure, maxAge: SESSION_MS, path: '/' } as const;
    response.cookie(COOKIE, signExpiry(adminToken, Date.now() + SESSION_MS), options).redirect(303, '/queues');
  });
  return router;
}

function hasToken(adminToken: string | null, request: Request): boolean {
  return adminToken !== null && verifyToken(request.headers.authorization, [adminToken]).ok;
}

function hasSession(adminToken: string | null, request: Request): boolean {
  const value = new RegExp(`(?:^|;\\s*)${COOKIE}=([^;]+)`).exec(request.headers.cookie ?? '')?.[1];
  if (!adminToken || !value) return false;
  const expiry = Number(value.split('.')[0]);
  return expiry > Date.now() && sameText(value, signExpiry(adminToken, expiry));
}

function signExpiry(adminToken: string, expiry: number): string {
  return `${expiry}.${createHmac('sha256', adminToken).update(`session ${expiry}`).digest('base64url')}`;
}

/** Compares in constant time; both sides are hashed first, so that not even the length shows. */
function sameText(left: string, right: string): boolean {
  const hash = (text: string) => createHmac('sha256', 'compare').update(text).digest();
  return timingSafeEqual(hash(left), hash(right));
}

function loginPage(message: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>rca-fleet</title>
<meta name="viewport" content="width=device-width"><style>
body{font:16px system-ui,sans-serif;background:#f4f5f7;display:grid;place-items:center;height:100vh;margin:0}
form{background:#fff;padding:2rem;border-radius:8px;box-shadow:0 1px 4px #0002;display:grid;gap:.8rem;width:18rem}
input,button{font:inherit;padding:.5rem}p{color:#b00;margin:0}</style></head>
<body><form method="post" action="/login"><strong>rca-fleet</strong><label for="token">Admin token</label>
<input id="token" name="token" type="password" autocomplete="current-password" autofocus required>
<button>Log in</button>${message ? `<p role="alert">${message}</p>` : ''}</form></body></html>`;
}
