import { type CommandCheck, forbidden, READ, write } from './command-check.ts';

/** curl: what it sends, and where to. */
export function curlTool(words: string[]): CommandCheck {
  const text = words.join(' ');
  if (/file:\/\/|169\.254\.169\.254|metadata\.google/i.test(text))
    return forbidden('it reads local files or cloud credentials');
  if (words.some((word) => /^[a-z][a-z0-9+.-]*:\/\//i.test(word) && !/^https?:\/\//i.test(word)))
    return forbidden('it speaks another protocol than HTTP');
  if (words.some((word) => word.includes('://') && word.includes('$')))
    return forbidden('it sends a variable of the shell to a server');
  const sends = words.some((word) => /^(?:-X|--request|-d|--data.*|-F|--form.*|-T|--upload-file|--json)/.test(word));
  const stores =
    words.some((word) => /^(?:-O|--remote-name|--output)$/.test(word)) || /\s-o\s+(?!\/dev\/null)/.test(` ${text} `);
  if (
    words.some((word) => /^(?:-K|--config)/.test(word)) ||
    /@\S*\//.test(words.filter((word) => word.startsWith('@')).join(' '))
  )
    return forbidden('it sends a local file');
  return sends || stores ? write('Sends data to a server or stores its answer.') : READ;
}

/** The clients of the clouds, by the verbs that they share. */
export function cloudTool(words: string[]): CommandCheck {
  const text = words.join(' ');
  if (
    /\b(?:delete|terminate|remove|purge|destroy|rm|rb|deregister|detach|reset)\b|(?:delete|terminate|remove|purge)-/i.test(
      text,
    )
  )
    return forbidden('it destroys cloud resources');
  if (/secret|get-parameter|keyvault|print-access-token|get-login/i.test(text))
    return write('May show secret values on the screen.');
  return /\b(?:describe|list|get|show|view|read|filter|lookup|head|ls)\b|(?:describe|list|get|filter|lookup|show)-/i.test(
    text,
  )
    ? READ
    : write('Changes cloud resources.');
}

/** openssl looks, unless it is told to write a file or to serve. */
export function opensslTool(words: string[]): CommandCheck {
  if (/^(?:s_server|rand|engine|ca|speed)$/.test(words[0] ?? '')) return write('Serves, or makes something new.');
  return words.some((word) => /^-(?:out|keyout|writerand|CAcreateserial|msg_file|keylogfile)$/.test(word))
    ? write('Writes a file.')
    : READ;
}

/** nc may try a port, and neither listen nor run a program. */
export function ncTool(words: string[]): CommandCheck {
  return words.some((word) => /^-\w*[elc]|^--(?:exec|listen|sh-exec)/.test(word))
    ? forbidden('it opens a listener or runs a program')
    : READ;
}
