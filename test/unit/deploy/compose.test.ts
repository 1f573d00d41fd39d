import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { fileOfRole } from '../../../deploy/image/roles.ts';
import { loadAgents, poolAgents } from '../../../src/shared/agents/load-agents.ts';
import { loadConfig, POST_POOL } from '../../../src/shared/config.ts';
import { configVariables, ROOT, readText, readYaml, type Tree } from './support/deploy-files.ts';

const [compose] = readYaml(join(ROOT, 'deploy/compose.yaml'));
const services: [string, Tree][] = Object.entries(compose.services);
const fleet = services.filter(([, { image }]) => image.startsWith('rca-fleet:'));
const SECRETS: Record<string, string> = {
  database_url: 'postgres://rca_fleet:secret@postgres:5432/rca_fleet',
  postgres_password: 'secret',
};

describe('deploy/compose.yaml', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rca-fleet-compose-'));
  before(() => {
    mkdirSync(join(folder, 'run'));
    for (const name of Object.keys(compose.secrets)) {
      writeFileSync(join(folder, 'run', name), SECRETS[name] ?? 'a long random text');
    }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('has the stores, the migration, the producer and one service per pool', () => {
    const pools = [...poolAgents(loadAgents()).map(({ name }) => name), POST_POOL];
    const workers = pools.map((pool) => `worker-${pool}`);
    expect(services.map(([name]) => name)).to.have.members(['postgres', 'redis', 'migrate', 'producer', ...workers]);
    for (const pool of pools) expect(compose.services[`worker-${pool}`].environment.WORKER_POOLS).to.equal(pool);
  });

  it('runs roles of the image, built from the Dockerfile that is here', () => {
    for (const [name, { command, build, image }] of fleet) {
      expect(fileOfRole(command[0]), name).to.be.a('string');
      expect(join('deploy', build.context, build.dockerfile)).to.equal('deploy/Dockerfile');
      expect(image).to.equal(`rca-fleet:${JSON.parse(readText('package.json')).version}`);
    }
  });

  it('gives every service an environment that the fleet accepts', () => {
    for (const [name, { environment, secrets }] of fleet) {
      const known = configVariables().flatMap((variable) => [variable, `${variable}_FILE`]);
      expect(Object.keys(environment).filter((variable) => !known.includes(variable))).to.deep.equal([]);
      const mounted = Object.values<string>(environment).filter((value) => value.startsWith('/run/secrets/'));
      expect(
        mounted.map((path) => basename(path)),
        name,
      ).to.have.members(secrets);
      const config = loadConfig(withSecretsIn(folder, environment));
      expect(config.databaseUrl, name).to.equal(SECRETS.database_url);
      expect(config.redis?.place, name).to.deep.equal({
        topology: 'standalone',
        server: { host: 'redis', port: 6379 },
        db: 0,
      });
    }
  });

  it('defines every secret and volume that it uses, the secrets as files', () => {
    for (const [name, { secrets = [], volumes = [] }] of services) {
      for (const secret of secrets) expect(compose.secrets, name).to.have.property(secret);
      for (const volume of volumes) expect(compose.volumes, name).to.have.property(volume.split(':')[0]);
    }
    for (const { file } of Object.values<Tree>(compose.secrets)) expect(file).to.match(/^secrets\//);
  });

  it('creates every secret in the steps at its head', () => {
    const head = readText('deploy/compose.yaml').split('\nname:')[0]!;
    for (const { file } of Object.values<Tree>(compose.secrets)) expect(head).to.include(`> ${file}`);
  });

  it('starts each service after what it needs, and only on conditions that can come true', () => {
    for (const [name, { depends_on: needs = {} }] of services) {
      for (const [needed, { condition }] of Object.entries<Tree>(needs)) {
        const service = compose.services[needed];
        expect(service, `${name} needs ${needed}`).to.be.an('object');
        if (condition === 'service_healthy') expect(service.healthcheck.test).to.be.an('array');
        if (condition === 'service_completed_successfully') expect(service.command).to.deep.equal(['migrate']);
      }
    }
  });

  it('waits longer for a service to stop than the service takes', () => {
    for (const [name, { stop_grace_period: grace, environment }] of fleet) {
      const { shutdownTimeoutMs } = loadConfig(withSecretsIn(folder, environment));
      expect(Number.parseInt(grace, 10) * 1000, name).to.be.greaterThan(shutdownTimeoutMs);
    }
  });

  it('keeps the queue: append-only file on, nothing evicted, data on a volume', () => {
    const { command, volumes } = compose.services.redis;
    expect(command.join(' ')).to.include('--appendonly yes').and.include('--maxmemory-policy noeviction');
    expect(volumes).to.have.length(1);
  });

  it('runs the fleet read-only and without privileges', () => {
    for (const [name, service] of fleet) {
      expect(service, name).to.deep.include({ read_only: true, cap_drop: ['ALL'] });
      expect(service.security_opt).to.include('no-new-privileges:true');
    }
  });

  it('publishes the producer only', () => {
    expect(services.filter(([, { ports }]) => ports).map(([name]) => name)).to.deep.equal(['producer']);
  });
});

function withSecretsIn(folder: string, environment: Record<string, string>): Record<string, string> {
  const entries = Object.entries(environment).map(([name, value]) => [
    name,
    value.replace('/run/secrets', join(folder, 'run')),
  ]);
  return Object.fromEntries(entries);
}
