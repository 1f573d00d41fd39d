import type { z } from 'zod';
import { limitText } from '../policies/limit-result.ts';
import type { ToolContext, ToolDefinition } from '../server-definition.ts';

/** Longer texts keep head, tail and digest, characters. */
const MAX_TEXT = 60_000;

type Definition<I extends z.ZodObject, O extends z.ZodObject> = {
  name: string;
  title: string;
  description: string;
  input: I;
  output: O;
  run(input: z.output<I>, context: ToolContext): Promise<{ data: z.output<O>; text: string }>;
};

/** A reading tool beyond the capabilities, in the terms of the system that it reads. */
export function readingTool<I extends z.ZodObject, O extends z.ZodObject>(
  definition: Definition<I, O>,
): ToolDefinition {
  // Hosting parses the input by `input` before it calls, which is what makes this cast true.
  const run = definition.run as unknown as ToolDefinition['run'];
  return {
    ...definition,
    readOnly: true,
    run: async (input, context) => {
      const { data, text } = await run(input, context);
      return { data, text: limitText(text, MAX_TEXT) };
    },
  };
}
