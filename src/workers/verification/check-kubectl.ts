import { type CommandCheck, forbidden, READ, type ToolCheck, verbs, write } from './command-check.ts';

const KUBECTL_READS = new Set(
  'get describe logs top explain version api-resources api-versions cluster-info events diff wait port-forward options'.split(
    ' ',
  ),
);
const PRECIOUS =
  /^(?:ns|namespaces?|nodes?|no|pv|persistentvolumes?|pvc|persistentvolumeclaims?|crds?|customresourcedefinitions?|all|secrets?|statefulsets?|sts)(?:\/|,|$)/;

/** Options that send the caller's credentials elsewhere, or take a program from a file. */
const ELSEWHERE =
  /^(?:--(?:server|kubeconfig|token|certificate-authority|proxy-url|insecure-skip-tls-verify)(?:=|$)|-s$)/;

/** The check of kubectl and oc; `checkInside` judges what runs in a container. */
export function checkKubectl(checkInside: ToolCheck): ToolCheck {
  return (words) => kubectl(words, checkInside);
}

function kubectl(words: string[], checkInside: ToolCheck): CommandCheck {
  const inner = words.indexOf('--');
  const own = inner === -1 ? words : words.slice(0, inner);
  const [verb = '', second = '', ...others] = verbs(own);
  if (own.some((word) => ELSEWHERE.test(word))) return forbidden('it talks to another cluster than the one at hand');
  if (own.some((word) => /^[a-z]{2,6}:\/\//i.test(word.replace(/^-{1,2}[\w-]{1,30}=/, ''))))
    return forbidden('it takes from the network what the report does not show');
  if (verb === 'exec' || verb === 'debug')
    return insideContainer(inner === -1 ? [] : words.slice(inner + 1), checkInside);
  if (verb === 'delete') return deletion([second, ...others], own);
  if (verb === 'rollout')
    return ['status', 'history'].includes(second) ? READ : write('Restarts or changes the pods of the workload.');
  if (verb === 'auth') return READ;
  if (verb === 'config')
    return ['view', 'get-contexts', 'current-context'].includes(second)
      ? READ
      : write('Changes the local kubectl configuration.');
  if (verb === 'drain') return write('Evicts every pod of the node.');
  if (verb === 'get' && /^secrets?(?:\/|,|$)/.test(second) && own.some((word) => /^(?:-o|--output)/.test(word)))
    return write('Shows secret values on the screen.');
  return KUBECTL_READS.has(verb) ? READ : write('Changes objects of the cluster.');
}

function deletion(targets: string[], words: string[]): CommandCheck {
  if (targets.some((target) => PRECIOUS.test(target))) return forbidden('it deletes what cannot be brought back');
  if (words.some((word) => /^(?:--all(?:=true)?|-A|--all-namespaces|--force(?:=true)?|-f|--filename.*)$/.test(word)))
    return forbidden('it deletes without naming what');
  return write('Deletes objects of the cluster; controllers may or may not bring them back.');
}

function insideContainer(words: string[], checkInside: ToolCheck): CommandCheck {
  if (words.length === 0) return write('Opens a shell in a running container.');
  const check = checkInside(words);
  return check.effect === 'read' ? write('Runs a command inside a running container.') : check;
}
