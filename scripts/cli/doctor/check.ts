import { withDeadline } from '../../../src/shared/deadline.ts';
import { describeFault } from '../describe-fault.ts';
import { plainText } from '../plain-text.ts';

/** What the doctor says about one thing: it works, it does not (and what to do), or it is not configured (and what that means). */
export type Line = {
  what: string;
  status: 'ok' | 'failed' | 'off';
  detail: string;
  remedy: string | null;
};

/** One dependency to look at; what it throws becomes a line as well. */
export type Check = { what: string; run(signal: AbortSignal): Promise<Line[]> };

export function ok(what: string, detail: string): Line {
  return { what, status: 'ok', detail, remedy: null };
}

export function failed(what: string, detail: string, remedy: string | null = null): Line {
  return { what, status: 'failed', detail, remedy };
}

export function off(what: string, detail: string): Line {
  return { what, status: 'off', detail, remedy: null };
}

/** Runs a check within `deadlineMs`; never throws. */
export async function runCheck({ what, run }: Check, deadlineMs: number, signal: AbortSignal): Promise<Line[]> {
  try {
    return await withDeadline('the answer', deadlineMs, run, signal);
  } catch (error) {
    return [failed(what, describeFault(error))];
  }
}

const MARKS: Record<Line['status'], string> = { ok: '✓', failed: '✗', off: '-' };

/** A line as it is printed; texts of others can't break it into two. */
export function formatLine({ what, status, detail, remedy }: Line): string {
  const text = remedy === null ? detail : `${detail}: ${remedy}`;
  return plainText(`${MARKS[status]} ${what}: ${text}`);
}
