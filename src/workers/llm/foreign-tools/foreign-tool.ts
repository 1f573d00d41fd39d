import type { OfferedTool } from '../../../shared/mcp/mcp-gateway.types.ts';
import type { ChatTool } from '../chat-client.ts';
import { describeTool } from './describe-tool.ts';
import { fitSchema } from './fit-schema.ts';

/** A tool of a server that is not ours: as its server lists it, and as the model sees it. */
export type ForeignTool = { offered: OfferedTool; chat: ChatTool };

export type ForeignTools = {
  tools: ForeignTool[];
  /** Those that the API would not take, with the reason. */
  unfit: { server: string; tool: string; why: string }[];
};

/** The offered tools in the form that the model's API takes; one that cannot be put into it is left out with the reason. */
export function toForeignTools(offered: OfferedTool[]): ForeignTools {
  const fitted = offered.map((tool) => ({ tool, schema: fitSchema(tool.inputSchema) }));
  return {
    tools: fitted.flatMap(({ tool, schema }) =>
      'why' in schema
        ? []
        : { offered: tool, chat: { name: tool.alias, description: describeTool(tool), parameters: schema.parameters } },
    ),
    unfit: fitted.flatMap(({ tool: { server, tool }, schema }) =>
      'why' in schema ? { server, tool, why: schema.why } : [],
    ),
  };
}
