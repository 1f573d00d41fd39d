/**
 * What a process that a test starts takes over from the run: the PATH, the folder by which c8 follows child processes, and the
 * cache of compiled code, without which each start strips and compiles all of our TypeScript anew. Nothing else may leak in.
 */
export function environmentOfRun(): Record<string, string> {
  const names = ['PATH', 'NODE_V8_COVERAGE', 'NODE_COMPILE_CACHE'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}
