/**
 * Texts that speak to a language model rather than to people: orders to forget its instructions, to play a part, to call a
 * tool, to come to a conclusion; turns of a conversation that somebody else has written. Logs of healthy systems hold none.
 */
const ADDRESSES: readonly RegExp[] = [
  /\b(?:ignore|disregard|forget|override|bypass|skip)\b[^.\n]{0,40}\b(?:instructions?|prompts?|rules|directions|guidelines|(?:previous|prior|above) (?:text|context|messages?)|evidence above|findings)\b/i,
  /\b(?:new|updated|real|actual|secret|hidden|following|these|your) (?:system )?(?:instructions?|orders|directives?)\b/i,
  /\byou (?:are|will act|must act) (?:now|no longer|as|an? (?:ai|llm|language|helpful|assistant|unrestricted))\b/i,
  /\b(?:act|behave|respond|answer) as (?:if|an?|the) (?:you|ai|llm|assistant|model|system|developer|admin)/i,
  /\bpretend (?:to be|that|you)\b/i,
  /\b(?:dear|attention|note to|message to|hey|hello|hi|as an?|you,? the|for the|to the)[ ,:]{1,3}(?:the |any |all )?(?:ai|llms?|language models?|assistants?|chat ?gpt|gpt(?:-\d)?|claude|copilot|gemini|rca (?:bot|agent)|analy[sz]ing model)\b/i,
  /\b(?:ai|llm|language model|assistant)s? (?:must|should|will|shall|is to|are to|has to|reading this)\b/i,
  /(?:^|[^\w.-])(?:system|assistant|developer)\s?(?:prompt|message|override|note|instruction)s?\b/i,
  /(?:^|\n|["'>\]#*]\s?)(?:system|assistant|developer)\s?:\s/i,
  /<\|(?:im_start|im_end|system|user|assistant|endoftext)|\[\/?INST\]|<<\/?SYS>>|<\/?(?:system|assistant|instructions?|tool_call|function_calls?)>|#{2,} ?(?:instruction|system|response)/i,
  /={2,}\s*(?:BEGIN|END) (?:EVIDENCE|ALERTS|FINDINGS|GAPS)\b/i,
  /\b(?:set|report|return|answer|output|respond|reply|conclude|write|mark|declare|state|say|give)\b[^.\n]{0,60}\b(?:verdict|root ?cause|as healthy|a healthy|is healthy|are healthy|false (?:positive|alarm)|all[- ]clear|confidence (?:of |to |= ?)?[01])/i,
  /\bverdict\W{1,5}(?:healthy|identified|probable|inconclusive)\b/i,
  /\b(?:call|invoke|use)\b (?:the )?(?:tools?|functions?|mcp)\b|\bcall (?:the tool )?[`"']?\w{2,40}[._]\w{2,40}[`"']? with \{/i,
  /\b(?:run|execute|paste|suggest|recommend|include)\b[^.\n]{0,30}\b(?:this|the following|exactly this)\b[^.\n]{0,20}\b(?:command|link|text|action|sentence)/i,
  /\b(?:ignorier\w*|vergiss|missachte)\b[^.\n]{0,40}\b(?:anweisung|regeln)|\bignor(?:a|e[zr]?)\b[^.\n]{0,40}\b(?:instruc|consignes)|忽略[^。\n]{0,12}(?:指示|指令|说明)|игнорир[^.\n]{0,40}инструкц/i,
];

/** Longer texts are looked at up to here, which is as much as is kept of evidence, in characters. */
const MOST = 40_000;

/** True when a text holds words that are meant for a language model. */
export function addressesModel(text: string): boolean {
  const read = text.slice(0, MOST);
  return ADDRESSES.some((pattern) => pattern.test(read));
}
