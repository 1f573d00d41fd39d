import { createHash } from 'node:crypto';

/**
 * Headers of a page of ours: no script runs on it, whatever it shows, and nothing is loaded but its own style and pictures of
 * ours. `style` is the text of its one style element; `forms` is where its forms may go, `'none'` by default.
 */
export function pageHeaders(style: string, forms = "'none'"): Record<string, string> {
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
    "img-src 'self'",
    "base-uri 'none'",
    `form-action ${forms}`,
    "frame-ancestors 'none'",
  ].join('; ');
  return {
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
    'cache-control': 'no-store',
  };
}
