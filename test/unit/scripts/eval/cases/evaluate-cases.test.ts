import { expect } from 'chai';
import { evaluateCases } from '../../../../../scripts/eval/cases/evaluate-cases.ts';
import { MODELS } from '../../../../../scripts/sandbox/llm/models/index.ts';
import { type LlmSandbox, startLlmSandbox } from '../../../../../scripts/sandbox/llm/start-llm-sandbox.ts';
import type { LlmUsage } from '../../../../../src/shared/report.ts';
import { createReasoner } from '../../../../../src/workers/llm/create-reasoner.ts';
import { caseFolder } from '../../../../support/case-folder.ts';

const PASSWORD = ['hunter', '2-of-the-fleet'].join('');
const labels = (app: string) => ({ metadata: { labels: { app } } });
const OBJECTS = [
  {
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'cart', namespace: 'shop' } },
    spec: { selector: { app: 'basket' }, ports: [{ port: 80, targetPort: 8080 }] },
  },
  {
    ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'cart', namespace: 'shop' } },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'cart' } },
      template: {
        ...labels('cart'),
        spec: {
          containers: [
            {
              ...{ name: 'cart', image: 'shop/cart:1.4', ports: [{ containerPort: 8080 }] },
              env: [{ name: 'DB_PASSWORD', value: PASSWORD }],
            },
          ],
        },
      },
    },
  },
];
const entry = (id: string) => ({ suite: 'holmes-k8s-specs', id, path: `rca/holmes-k8s-specs/${id}` });
const FILES = {
  'rca/index.json': [entry('secret-id'), entry('torn')],
  'rca/holmes-k8s-specs/secret-id/case.json': { prompt: 'Requests to the service cart in the namespace shop fail' },
  'rca/holmes-k8s-specs/secret-id/truth.json': { class: 'secret-truth' },
  'rca/holmes-k8s-specs/secret-id/objects.json': OBJECTS,
  'rca/holmes-k8s-specs/torn/case.json': { prompt: 'Why?' },
  'rca/holmes-k8s-specs/torn/objects.json': '[{"kind": "Serv',
};

describe('evaluating cases', () => {
  const folder = caseFolder(FILES);
  let llm: LlmSandbox;
  let warnings: string[];
  before(async () => {
    llm = await startLlmSandbox();
  });
  beforeEach(() => {
    warnings = [];
  });
  after(async () => {
    folder.remove();
    await llm.close();
  });

  const warn = (line: string) => void warnings.push(line);
  const withModel = (more: { spent?: (usage: LlmUsage) => void } = {}) => {
    const about = { apiKey: 'k', baseUrl: llm.baseUrl, model: 'sandbox', timeoutMs: 5_000 };
    return evaluateCases(folder.path, { reasoner: createReasoner({ provider: 'openai', ...about }), warn, ...more });
  };

  it('answers by the detectors, and tells of a case that it can not read', async () => {
    const answers = await evaluateCases(folder.path, { warn });
    expect(answers).to.have.length(1);
    expect(answers[0]).to.include({ id: 'secret-id', tier: 'detectors', class: 'network' });
    expect(answers[0]!.conclusion).to.match(/selector/);
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.match(/^case torn could not be answered: .*JSON/);
  });

  it('answers by the model where there is one, which sees neither id nor truth nor a secret, and tells what it cost', async () => {
    const usages: LlmUsage[] = [];
    const [answer] = await withModel({ spent: (usage) => usages.push(usage) });
    expect(answer).to.include({ tier: 'llm', class: 'network' });
    expect(usages).to.have.length(1);
    expect(usages[0]!.promptTokens).to.be.greaterThan(0);
    const sent = JSON.stringify(llm.requests.map(({ body }) => body));
    expect(sent)
      .to.contain('basket')
      .and.not.contain(PASSWORD)
      .and.not.match(/secret-(id|truth)/);
  });

  it('holds the model to the evidence', async () => {
    llm.setModel(MODELS.lying);
    const [answer] = await withModel();
    llm.setModel(null);
    expect(answer!.conclusion).to.not.match(/db-77|73\.1/);
  });

  it('leaves the conclusion to the detectors where the model does not answer, and says so', async () => {
    llm.setFault({ kind: 'status', status: 401 });
    const [answer] = await withModel();
    llm.setFault(null);
    expect(answer).to.include({ tier: 'detectors', class: 'network' });
    expect(warnings.join('\n')).to.match(/case secret-id: the LLM did not answer: \w+/);
  });

  it('throws when no case could be answered', async () => {
    const torn = caseFolder({ ...FILES, 'rca/index.json': [entry('torn')] });
    const failed = await evaluateCases(torn.path, { warn }).then(
      () => null,
      (error: Error) => error.message,
    );
    torn.remove();
    expect(failed).to.equal('none of 1 case could be answered');
  });
});
