import { z } from 'zod';
import { CAPABILITIES, type Capability } from '../capabilities.ts';
import type { CapabilityMap } from '../configured-server.ts';
import { templateFaults } from '../maps/fill-template.ts';
import { READERS } from '../maps/readers.ts';

const longForm = z.strictObject({
  tool: z.string().min(1),
  arguments: z.record(z.string(), z.unknown()).optional(),
  reader: z.enum(Object.keys(READERS) as [string, ...string[]]).optional(),
  readOnly: z.boolean().optional(),
});
const mapping = z.union([z.string().min(1), longForm], {
  error: `is neither a tool's name nor { tool, arguments, reader, readOnly }; the readers are ${Object.keys(READERS).join(', ')}`,
});

/** The capabilities of an entry, each as the name of a tool or with the template of its arguments and the name of a reader. */
export function mappingSchema(given: Partial<Record<Capability, unknown>>, context: z.RefinementCtx): CapabilityMap {
  const entries = Object.entries(given).map(([name, value]) => {
    const capability = name as Capability;
    const parsed = mapping.safeParse(value);
    if (!parsed.success) {
      for (const issue of parsed.error.issues)
        context.addIssue({ code: 'custom', path: [name], message: issue.message });
      return [name, ''] as const;
    }
    if (typeof parsed.data === 'string') return [name, parsed.data] as const;
    const { reader, ...rest } = parsed.data;
    const names = Object.keys(CAPABILITIES[capability].input.shape);
    for (const message of templateFaults(rest.arguments, names)) {
      context.addIssue({ code: 'custom', path: [name, 'arguments'], message });
    }
    return [name, { ...rest, ...(reader !== undefined && { read: READERS[reader] }) }] as const;
  });
  return Object.fromEntries(entries) as CapabilityMap;
}
