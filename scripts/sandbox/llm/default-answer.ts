export type RequestMessage = {
  role: string;
  content: string | null;
  tool_calls?: { id: string; type: string; function: { name: string; arguments: string } }[];
  tool_call_id?: string;
};
export type RequestTool = {
  type: string;
  function: { name: string; description: string; parameters: Record<string, unknown>; strict?: boolean };
};

/** A chat completion request as the sandbox received it. */
export type ChatCompletionRequest = {
  model: string;
  messages: RequestMessage[];
  tools?: RequestTool[];
  response_format?: { type: string; json_schema?: { name: string; strict: boolean; schema: unknown } };
  max_completion_tokens?: number;
  max_tokens?: number;
};

type PromptFinding = {
  statement: string;
  component: string | null;
  confidence: number;
  cause: boolean;
  evidence: number[];
  timeline: { at: string; what: string; evidence: number[] }[];
  detector: string;
};

/**
 * The simulated model: reads the findings and the evidence numbers out of the prompt, as a model would, and answers with a
 * root-cause analysis that cites only evidence that is there; without findings it is honest and inconclusive.
 */
export function defaultAnswer(request: ChatCompletionRequest): Record<string, unknown> {
  const prompt = promptOf(request);
  const numbers = [...prompt.matchAll(/^=== BEGIN EVIDENCE (\d+) /gm)].map(([, number]) => Number(number));
  const findings = promptFindings(prompt).filter(({ evidence }) =>
    evidence.every((number) => numbers.includes(number)),
  );
  const [top, ...others] = findings;
  return {
    verdict: top ? (top.cause ? 'identified' : 'probable') : 'inconclusive',
    class: classOf(request, top),
    rootCause: {
      statement: top?.statement ?? 'The evidence at hand does not show a cause',
      component: top?.component ?? null,
      confidence: top ? Math.min(0.9, top.confidence) : 0.2,
      evidence: top?.evidence ?? [],
    },
    hypotheses: others.slice(0, 4).map(({ statement, confidence, evidence }) => ({
      statement,
      standing: 'possible',
      confidence: Math.min(0.6, confidence),
      evidence,
    })),
    timeline: findings
      .flatMap(({ timeline }) => timeline)
      .sort((a, b) => a.at.localeCompare(b.at))
      .slice(0, 10),
    immediateActions: actions(top),
    prevention: ['Alert on the first sign that this analysis cites, before users notice the last one.'],
    metrics: [],
    couldNotCheck: [],
  };
}

/** The user's message, in which all that is known stands. */
export function promptOf(request: ChatCompletionRequest): string {
  return request.messages.find(({ role }) => role === 'user')?.content ?? '';
}

function promptFindings(prompt: string): PromptFinding[] {
  return [...prompt.matchAll(/^Finding \d+: (\{.*\})$/gm)].flatMap(([, json = '']) => {
    try {
      return [JSON.parse(json) as PromptFinding];
    } catch {
      // Cut by the prompt's budget: a model could not read it either.
      return [];
    }
  });
}

function classOf(request: ChatCompletionRequest, top: PromptFinding | undefined): string {
  const system = request.messages.find(({ role }) => role === 'system')?.content ?? '';
  if (top?.detector === 'oom-kill') return 'resource';
  return /Your speciality: Database/.test(system) ? 'database' : 'network';
}

function actions(top: PromptFinding | undefined) {
  const look = {
    title: 'See what changed last in the cluster',
    command: 'kubectl get events --all-namespaces --sort-by lastTimestamp',
    risk: null,
  };
  return top ? [look] : [];
}
