import { createHmac, timingSafeEqual } from 'node:crypto';
import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import { Html, html } from '../shared/http/html.ts';
import { pageHeaders } from '../shared/http/page-headers.ts';
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
 * Access to API, board and incident pages by ADMIN_TOKEN. The cookie is a signed expiry, HttpOnly and SameSite=Lax: another
 * site can neither read it nor make the operator's browser press a button on the board, but a link in Slack leads to the
 * incident without another login. `open` lets everybody in.
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
      return response.redirect(303, loginFor(request.originalUrl));
    throw new HttpProblem(401, 'Not allowed', 'log in under /login or send "Authorization: Bearer <ADMIN_TOKEN>"');
  };
  return { requireToken, requireLogin, login: loginRouter(adminToken) };
}

function loginRouter(adminToken: string | null): Router {
  const router = Router();
  router.get('/login', (request, response) => {
    sendLogin(response, loginPage('', wayOn(request.query.next)));
  });
  router.post('/login', express.urlencoded({ extended: false, limit: '4kb' }), (request, response) => {
    const { token: given, next } = (request.body ?? {}) as { token?: unknown; next?: unknown };
    if (!adminToken || typeof given !== 'string' || !sameText(given, adminToken)) {
      sendLogin(response.status(401), loginPage('That is not the admin token.', wayOn(next)));
      return;
    }
    const secure = request.secure || request.headers['x-forwarded-proto'] === 'https';
    const options = { httpOnly: true, sameSite: 'lax', secure, maxAge: SESSION_MS, path: '/' } as const;
    response.cookie(COOKIE, signExpiry(adminToken, Date.now() + SESSION_MS), options);
    response.redirect(303, wayOn(next));
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

const BOARD = '/queues';

/** Where to go after the login: to the incident that was asked for, else to the board, and to no other address. */
function wayOn(next: unknown): string {
  return typeof next === 'string' && /^\/incidents\/[\w-]+$/.test(next) ? next : BOARD;
}

function loginFor(asked: string): string {
  const next = wayOn(asked);
  return next === BOARD ? '/login' : `/login?next=${encodeURIComponent(next)}`;
}

function sendLogin(response: Response, page: Html): void {
  response.set(pageHeaders(LOGIN_STYLE, "'self'")).type('html').send(page.source);
}

const LOGIN_STYLE = `
:root{color-scheme:light dark}
body{font:16px system-ui,sans-serif;background:light-dark(#f4f5f7,#16181c);display:grid;place-items:center;height:100vh;margin:0}
form{background:light-dark(#fff,#22252b);padding:2rem;border-radius:8px;box-shadow:0 1px 4px #0002;display:grid;gap:.8rem;width:18rem}
input,button{font:inherit;padding:.5rem}p{color:light-dark(#b00,#f77);margin:0}`;

function loginPage(message: string, next: string): Html {
  return html`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>rca-fleet</title>
<meta name="viewport" content="width=device-width"><style>${new Html(LOGIN_STYLE)}</style></head>
<body><form method="post" action="/login"><strong>rca-fleet</strong><label for="token">Admin token</label>
<input type="hidden" name="next" value="${next}">
<input id="token" name="token" type="password" autocomplete="current-password" autofocus required>
<button>Log in</button>${message ? html`<p role="alert">${message}</p>` : null}</form></body></html>`;
}
