/** Loaded into a process of the fleet before its own code: to tell the LLM of DRILL_POISON kills it at once. */
const poison = process.env.DRILL_POISON!;
const send = globalThis.fetch;

globalThis.fetch = async (input, init) => {
  const toLlm = String(input instanceof Request ? input.url : input).endsWith('/chat/completions');
  if (toLlm && typeof init?.body === 'string' && init.body.includes(poison)) process.kill(process.pid, 'SIGKILL');
  return await send(input, init);
};
