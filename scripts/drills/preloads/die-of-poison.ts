/** Loaded into a process of the fleet before its own code: a request to the LLM that tells of DRILL_POISON kills it at once. */
const poison = process.env.DRILL_POISON!;
const send = globalThis.fetch;

globalThis.fetch = async (input, init) => {
  if (typeof init?.body === 'string' && init.body.includes(poison)) process.kill(process.pid, 'SIGKILL');
  return await send(input, init);
};
