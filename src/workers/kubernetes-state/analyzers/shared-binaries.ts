import { changeAction, describeAction } from '../actions.ts';
import { type Analyzer, type Context, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { Meta, PodTemplate } from '../kubernetes-state.ts';
import { name } from '../quote.ts';
import { namesOf, sameNamespace, templatesOf } from '../relations.ts';

type Run = { owner: Meta; own: string; program: string; image: string; evidence: number[] };

/** Finds a workload that runs the program of another one: several services share an image, and one starts a sibling's binary. */
export const sharedBinaries: Analyzer = ({ state }: Context) => {
  const runs = templatesOf(state).flatMap(({ owner, template }) => runsOf(owner, template));
  return runs.flatMap((run) => {
    const same = runs.filter(
      (one) => one.image === run.image && sameNamespace(one.owner.namespace, run.owner.namespace),
    );
    const sibling = same.find((one) => one.own === run.program && one.own !== run.own);
    const named = same.some((one) => one !== run && one.program === one.own);
    // A log that speaks of another command of the image tells the same where the sibling itself was not seen.
    return run.program !== run.own && sibling && named ? [toDiagnosis(run, sibling)] : [];
  });
};

function runsOf(owner: Meta, { containers }: PodTemplate): Run[] {
  const own = namesOf(owner).at(-1) ?? owner.name;
  return containers.slice(0, 1).flatMap(({ command, args, image }) => {
    const program = (command[0] ?? args[0] ?? '').split(/\s+/)[0]?.split('/').at(-1) ?? '';
    return program && image && !/^(?:sh|bash|node|python\d?|java|dotnet|npm|ash)$/.test(program)
      ? [{ owner, own, program, image: image.replace(/@.*$/, ''), evidence: owner.evidence }]
      : [];
  });
}

function toDiagnosis({ owner, own, program, image, evidence }: Run, sibling: Run): Diagnosis {
  return diagnosis({
    kind: 'wrong-binary',
    class: 'infrastructure',
    statement: `${owner.kind === 'Pod' ? 'Pod' : owner.kind} ${name(owner.name)} runs the wrong command: it starts the binary ${name(program)} of ${name(sibling.own)} instead of its own from the image ${name(image)} that they share`,
    component: own,
    namespace: owner.namespace,
    touches: namesOf(owner),
    confidence: 0.86,
    evidence: [...evidence, ...sibling.evidence],
    actions: [
      ...describeAction(owner.kind, owner.name, owner.namespace, 'See which command the container runs'),
      changeAction(`Set the command to the binary of ${name(own)}`, 'Restarts the pods of the workload.'),
    ],
    prevention: ['Let one template write the command of services that share an image.'],
  });
}
