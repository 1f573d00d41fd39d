import { expect } from 'chai';
import { readText, type Tree } from './support/deploy-files.ts';

const lock = JSON.parse(readText('package-lock.json'));
const manifest = JSON.parse(readText('package.json'));
const entries: [string, Tree][] = Object.entries(lock.packages);

describe('package-lock.json', () => {
  it('has an entry for every optional package, also those of other platforms', () => {
    // A registry mirror that lacks them makes "npm install" leave them out, and then every "npm ci" fails.
    const missing = entries.flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !lock.packages[`${path}/node_modules/${name}`] && !lock.packages[`node_modules/${name}`],
      ),
    );
    expect(missing).to.deep.equal([]);
  });

  it('pins what package.json asks for', () => {
    const { dependencies, devDependencies } = lock.packages[''];
    expect({ dependencies, devDependencies }).to.deep.equal({
      dependencies: manifest.dependencies,
      devDependencies: manifest.devDependencies,
    });
    const asked = Object.entries({ ...dependencies, ...devDependencies });
    for (const [name, version] of asked) expect(lock.packages[`node_modules/${name}`].version, name).to.equal(version);
  });

  it('names no registry', () => {
    expect(entries.filter(([, entry]) => entry.resolved).map(([path]) => path)).to.deep.equal([]);
  });
});
