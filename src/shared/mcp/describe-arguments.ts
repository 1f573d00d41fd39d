import { isSecretName, maskSecrets } from '../mask-secrets.ts';

const LONGEST_TEXT = 200;
const LONGEST = 1000;

/** The arguments of a call for the audit trail: secrets masked, long texts by their length only. */
export function describeArguments(args: Record<string, unknown>): string {
  const text = JSON.stringify(args, (key, value: unknown) => {
    if (key !== '' && isSecretName(key) && typeof value === 'string') return '[masked:secret]';
    return typeof value === 'string' && value.length > LONGEST_TEXT ? `[${value.length} characters]` : value;
  });
  // Masked before it is cut: half a secret would not be recognised.
  const masked = maskSecrets(text.slice(0, 4 * LONGEST));
  return masked.length > LONGEST ? `${masked.slice(0, LONGEST)}...` : masked;
}
