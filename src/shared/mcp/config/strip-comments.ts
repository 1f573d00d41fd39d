/** Strings first, so that what looks like a comment inside of one stays. */
const TOKEN = /"(?:[^"\\]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
const STRING_OR_COMMA = /"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])/g;

/** JSON out of the JSON with comments and trailing commas that editors write; line numbers stay as they are. */
export function stripComments(text: string): string {
  const plain = text.replace(TOKEN, (token) => (token.startsWith('"') ? token : token.replace(/[^\n]/g, ' ')));
  return plain.replace(STRING_OR_COMMA, (token) => (token === ',' ? ' ' : token));
}
