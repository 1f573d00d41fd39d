import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { createMetrics } from '../../../src/shared/metrics.ts';
import { sourceFiles } from '../../support/module-imports.ts';
import { ROOT, readText, readYaml, type Tree } from './support/deploy-files.ts';

const folder = join(ROOT, 'deploy/prometheus');
const [rules] = readYaml(join(folder, 'rules.yaml'));
const [scrape] = readYaml(join(folder, 'scrape.yaml'));
const [compose] = readYaml(join(ROOT, 'deploy/compose.yaml'));
const all: Tree[] = rules.groups.flatMap((group: Tree) => group.rules);
const recorded = all.flatMap(({ record }) => record ?? []);

describe('deploy/prometheus', () => {
  it('asks only for metrics that the fleet has, with labels that they have', async () => {
    const known = await knownMetrics();
    for (const { expr, alert, record } of all) {
      for (const { name, labels } of metricsIn(expr)) {
        if (recorded.includes(name)) continue;
        const metric = known.get(name.replace(/_(bucket|count|sum)$/, '')) ?? known.get(name);
        expect(metric, `${alert ?? record} asks for ${name}`).to.be.an('array');
        expect(metric, `${alert ?? record}: labels of ${name}`).to.include.members(labels);
      }
    }
  });

  it('asks only for metrics that somebody counts', () => {
    const code = sourceFiles('src')
      .filter((file) => file !== 'src/shared/metrics.ts')
      .map(readText)
      .join('\n');
    const names = new Map(
      [...readText('src/shared/metrics.ts').matchAll(/(\w+): \w+\('(\w+)'/g)].map((m) => [m[2], m[1]]),
    );
    const used = all
      .flatMap(({ expr }) => metricsIn(expr))
      .map(({ name }) => name.replace(/^rca_fleet_|_(bucket|count|sum)$/g, ''));
    for (const [name, key] of names) {
      if (used.includes(name!)) expect(code, `${name} is counted somewhere`).to.match(new RegExp(`\\.${key}\\b`));
    }
  });

  it('tells with every alert what it means and what to do', () => {
    for (const { alert, labels, annotations, for: duration } of all.filter((rule) => rule.alert)) {
      expect(alert).to.match(/^RcaFleet[A-Z]\w+$/);
      expect(labels.severity, alert).to.be.oneOf(['critical', 'warning']);
      expect(annotations, alert).to.have.keys('summary', 'description');
      expect(duration, alert).to.match(/^\d+m$/);
    }
  });

  it('scrapes services of the compose file and refers to rule files that exist', () => {
    expect(readdirSync(folder)).to.include.members(scrape.rule_files);
    const [{ dns_sd_configs: targets }] = scrape.scrape_configs;
    const scraped = targets.flatMap(({ names }: Tree) => names);
    const fleet = Object.keys(compose.services).filter((name) => /^(producer|worker-)/.test(name));
    expect(scraped).to.have.members(fleet);
  });
});

/** Every metric of the registry with its labels, as src/shared/metrics.ts declares them. */
async function knownMetrics(): Promise<Map<string, string[]>> {
  const { registry } = createMetrics();
  const text = readFileSync(join(ROOT, 'src/shared/metrics.ts'), 'utf8');
  const names = (await registry.getMetricsAsJSON()).map(({ name }) => name);
  const labelsOf = (name: string) => {
    const short = name.replace(/^rca_fleet_/, '');
    const declared = new RegExp(`'${short}', '[^']*'(?:, \\[([^\\]]*)\\])?`).exec(text)?.[1] ?? '';
    return [...declared.matchAll(/'(\w+)'/g)].map(([, label]) => label!);
  };
  return new Map(names.map((name) => [name, [...labelsOf(name), 'le']]));
}

/** The metrics of a PromQL expression with the labels of their matchers. */
function metricsIn(expression: string): { name: string; labels: string[] }[] {
  return [...expression.matchAll(/\b(rca_fleet[\w:]+)(?:\{([^}]*)\})?/g)].map(([, name, matchers = '']) => ({
    name: name!,
    labels: [...matchers.matchAll(/(\w+)(?:=~|!=|=)"/g)].map(([, label]) => label!),
  }));
}
