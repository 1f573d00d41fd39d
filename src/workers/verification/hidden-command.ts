import { checkCommand } from './check-command.ts';

/** Shapes of commands that no sentence to an engineer needs, whatever stands around them. */
const DANGEROUS =
  /\brm\s+-\w*[rf]|\bmkfs\b|\bdd\s+if=|:\(\)\s*\{|\|\s*(?:sudo\s+)?(?:ba|z|da|k)?sh\b|\b(?:curl|wget)\s+(?:-\S+\s+)*\S*:\/\/|\bdrop\s+(?:table|database|schema)\b|\$\(|\bdelete\s+(?:ns|namespace|pvc?|node)\b|\bflushall\b/i;
const QUOTED = /`([^`]{3,1000})`/g;

/** True when the words of a sentence hold a command that would not be shown as a command: titles and advice are read and typed too. */
export function hidesCommand(text: string): boolean {
  if (DANGEROUS.test(text)) return true;
  const quoted = [...text.matchAll(QUOTED)].map(([, command = '']) => command);
  return quoted.some((command) => /\s/.test(command) && isToolOfOurs(command) && isForbidden(command));
}

const isToolOfOurs = (command: string) =>
  /^(?:kubectl|oc|helm|psql|mysql|redis-cli|mongosh|aws|gcloud|az|docker|curl|nc)\s/.test(command);
const isForbidden = (command: string) => checkCommand(command).effect === 'forbidden';
