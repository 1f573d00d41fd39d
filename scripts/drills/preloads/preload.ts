import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The modules of this folder: each a fault inside a process of the fleet, but for the last, which makes its memory measurable. */
export type Preload = 'block-event-loop' | 'shift-clock' | 'die-of-poison' | 'collect-garbage';

/** The environment that loads one of them, with what it reads. */
export function preload(name: Preload, settings: Record<string, string>): Record<string, string> {
  const { href } = pathToFileURL(join(import.meta.dirname, `${name}.ts`));
  return { NODE_OPTIONS: `--import=${href}`, ...settings };
}
