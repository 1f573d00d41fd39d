import type { CapabilityOutput } from '../../../shared/mcp/capabilities.ts';
import { isoTime } from './text.ts';

/** True for a certificate whose validity begins after this time (ISO 8601): its handshake may succeed all the same. */
export function beginsAfter(
  { validFrom, error }: Pick<CapabilityOutput<'certificate.check'>, 'validFrom' | 'error'>,
  time: string,
): boolean {
  const [start, then] = [isoTime(validFrom), isoTime(time)];
  return start !== null && then !== null ? start > then : error?.code === 'CERT_NOT_YET_VALID';
}
