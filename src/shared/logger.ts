import winston from 'winston';
import type { Config } from './config.ts';
import { maskSecrets } from './mask-secrets.ts';

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

/** JSON lines on stderr, one per event, with secrets masked in every text they hold. */
export function createLogger(level: Config['logLevel'], fields: LogFields = {}): Logger {
  if (level === 'silent') return silentLogger;
  const logger = winston.createLogger({
    level,
    defaultMeta: fields,
    format: winston.format.combine(winston.format.timestamp(), maskEveryText(), winston.format.json()),
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

const maskEveryText = winston.format((info) => {
  for (const [key, value] of Object.entries(info)) info[key] = maskValue(value, 0);
  return info;
});

function maskValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return maskSecrets(value);
  if (value === null || typeof value !== 'object') return value;
  if (depth > 4) return '[deeper]';
  if (value instanceof Error)
    return { name: value.name, message: maskSecrets(value.message), stack: maskSecrets(value.stack ?? '') };
  if (Array.isArray(value)) return value.map((item) => maskValue(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, maskValue(item, depth + 1)]));
}
