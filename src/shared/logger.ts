import winston from 'winston';
import type { Config } from './config.ts';
import { maskAddresses } from './mask-addresses.ts';
import { isSecretName, maskSecrets } from './mask-secrets.ts';
import { currentSpan } from './tracing/tracing.ts';

/** Fields that make a line findable: incident, stage, pool, error and whatever helps. */
export type LogFields = Record<string, unknown>;

export type Logger = {
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  /** A logger that adds these fields to every line. */
  child(fields: LogFields): Logger;
};

/**
 * JSON lines on stderr, one per event, with secrets (and IP addresses with `maskIps`) masked in every text they hold, and with the ids
 * of the span that they were written in (`traceId`, `spanId`).
 */
export function createLogger(level: Config['logLevel'], fields: LogFields = {}, { maskIps = false } = {}): Logger {
  if (level === 'silent') return silentLogger;
  const logger = winston.createLogger({
    level,
    defaultMeta: fields,
    format: winston.format.combine(
      winston.format.timestamp(),
      maskEveryText({ maskIps }),
      withSpanIds(),
      winston.format.json(),
    ),
    transports: [new winston.transports.Console({ stderrLevels: ['error', 'warn', 'info', 'debug'] })],
  });
  return printing(logger);
}

/** winston formats (and so masks) also what no transport prints: here a level that is off costs nothing. */
function printing(logger: winston.Logger): Logger {
  const at = (level: 'error' | 'warn' | 'info' | 'debug'): Logger['error'] =>
    logger.isLevelEnabled(level) ? (message, fields) => void logger[level](message, fields) : () => {};
  return {
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    child: (fields) => printing(logger.child(fields)),
  };
}

/** Swallows everything: for tests and scripts that print their own words. */
export const silentLogger: Logger = {
  error: () => {},
  warn: () => {},
  info: () => {},
  debug: () => {},
  child: () => silentLogger,
};

/** After the masking, to which an id may look like a secret. */
const withSpanIds = winston.format((info) => Object.assign(info, currentSpan()));

type Mask = (text: string) => string;

const maskEveryText = winston.format((info, options) => {
  const { maskIps = false } = (options ?? {}) as { maskIps?: boolean };
  const mask: Mask = maskIps ? (text) => maskAddresses(maskSecrets(text)) : maskSecrets;
  for (const [key, value] of Object.entries(info)) info[key] = maskValue(value, mask, 0);
  return info;
});

function maskValue(value: unknown, mask: Mask, depth: number): unknown {
  if (typeof value === 'string') return mask(value);
  if (value === null || typeof value !== 'object') return value;
  if (depth > 4) return '[deeper]';
  if (value instanceof Error) return { name: value.name, message: mask(value.message), stack: mask(value.stack ?? '') };
  if (Array.isArray(value)) return value.map((item) => maskValue(item, mask, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const hidden = typeof item === 'string' && item !== '' && isSecretName(key);
      return [mask(key), hidden ? '[masked:secret]' : maskValue(item, mask, depth + 1)];
    }),
  );
}
