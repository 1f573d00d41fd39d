import type { AlertClass } from '../../../shared/alert.ts';
import type { Action } from '../../../shared/report.ts';
import type { DetectorInput } from '../detector.ts';
import { evidenceOf } from './evidence-of.ts';
import { isKubernetesName, sameName } from './names.ts';
import { namespaceOf } from './namespace-of.ts';
import { type Pod, workloadOfPod } from './pods.ts';
import { shellCommand } from './shell.ts';

const NAME_LABELS = ['app.kubernetes.io/name', 'app', 'k8s-app'];

/** What to look at where the trouble seems to have begun; none of it changes anything. */
export function lookActions(service: string, alertClass: AlertClass, input: DetectorInput): Action[] {
  if (!isKubernetesName(service)) return [];
  const namespace = namespaceOf(service, input);
  if (namespace === null) return [whereIsIt(service)];
  const pods = podsOf(service, input).filter((pod) => pod.namespace === namespace);
  const place = ['--namespace', namespace];
  const selector = ['--selector', `${labelOf(service, pods)}=${service}`];
  const look = (title: string, ...words: string[]): Action => ({ title, command: shellCommand(...words), risk: null });
  const pod = pods.find(({ name }) => isKubernetesName(name))?.name;
  return [
    look(
      `See state, restarts and nodes of the pods of ${service}`,
      'kubectl',
      'get',
      'pods',
      ...place,
      ...selector,
      '--output',
      'wide',
    ),
    ...(alertClass === 'network'
      ? [
          look(`See which network policies apply around ${service}`, 'kubectl', 'get', 'networkpolicies', ...place),
          look(
            `See the endpoints of ${service}`,
            'kubectl',
            'get',
            'endpointslices',
            ...place,
            '--selector',
            `kubernetes.io/service-name=${service}`,
          ),
        ]
      : [look(`See what the pods of ${service} use`, 'kubectl', 'top', 'pods', ...place, ...selector)]),
    ...(pod
      ? [
          look(
            `Read the latest logs of ${service}`,
            'kubectl',
            'logs',
            pod,
            ...place,
            '--since',
            '15m',
            '--tail',
            '200',
          ),
        ]
      : []),
  ];
}

const whereIsIt = (service: string): Action => ({
  title: `Find the pods of ${service}`,
  command: shellCommand(
    'kubectl',
    'get',
    'pods',
    '--all-namespaces',
    '--selector',
    `app=${service}`,
    '--output',
    'wide',
  ),
  risk: null,
});

function podsOf(service: string, { evidence }: DetectorInput): Pod[] {
  const all = evidenceOf(evidence, 'pods.status').flatMap(({ data }) => data.pods);
  return all.filter((pod) => sameName(workloadOfPod(pod), service));
}

function labelOf(service: string, pods: Pod[]): string {
  return NAME_LABELS.find((label) => pods.some(({ labels }) => labels[label] === service)) ?? 'app';
}
