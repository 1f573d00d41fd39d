import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { goesBy } from '../../../../../../src/shared/mcp/servers/database/choose-targets.ts';
import { readTargets } from '../../../../../../src/shared/mcp/servers/database/read-targets.ts';
import { takeTurns } from '../../../../../../src/shared/mcp/servers/database/take-turns.ts';
import { targetOf } from '../../../../../support/database-states.ts';
import { failureOf } from '../../support/waits.ts';

describe('the file of database targets', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rca-fleet-targets-'));
  const path = join(folder, 'targets.yaml');
  const read = (text: string, env = {}) => {
    writeFileSync(path, text);
    return readTargets(path, env);
  };
  const fault = (text: string): string => {
    try {
      read(text);
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error('it was taken');
  };
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('names servers with secrets from variables and files, which are read anew', () => {
    writeFileSync(join(folder, 'secret'), 'one\n');
    const [orders, cache] = read(
      `targets:
        orders: { url: "postgres://u@\${HOST}:5432/orders", passwordFile: secret, services: [checkout] }
        cache: { url: "rediss://cache", password: "\${CACHE_PASSWORD}" }`,
      { HOST: 'db', CACHE_PASSWORD: 'two' },
    );
    expect(orders).to.include({ name: 'orders', product: 'postgresql', url: 'postgres://u@db:5432/orders' });
    expect(orders!.password()).to.equal('one');
    writeFileSync(join(folder, 'secret'), 'three');
    expect(orders!.password()).to.equal('three');
    expect(cache).to.include({ product: 'redis', ca: null });
    expect(cache!.password()).to.equal('two');
    expect(read('{"targets": {"a": {"url": "redis://h"}}}')[0]!.password()).to.equal(null);
  });

  it('is refused with every fault, its field and the remedy, and without a value', () => {
    const message = fault(
      `targets:
        a: { url: "mysql://root:hunter2@db", password: x, passwordFile: /nowhere }
        b: { url: "postgres://\${MISSING}/x", pasword: hunter2 }
        "c d": { url: "redis://h" }`,
    );
    for (const part of [
      'targets.a.url: is no address of a database',
      'targets.a.passwordFile: is not a readable file',
      'MISSING is not set',
      'targets.b',
      'c d',
    ])
      expect(message).to.include(part);
    expect(message).to.include('DATABASE_TARGETS').and.not.include('hunter2');
    expect(fault('targets: [')).to.include('cannot be read');
    expect(fault('target: {}')).to.include('targets');
    expect(() => readTargets(join(folder, 'missing'), {})).to.throw(/DATABASE_TARGETS .*ENOENT/);
  });

  it('finds a target by what alerts call it, and by nothing that says nothing', () => {
    const orders = targetOf('orders', 'postgres://u@orders-db.shop.svc.cluster.local:5432/orders_v2', {
      services: ['checkout'],
    });
    for (const name of [
      'orders',
      'Orders',
      'checkout',
      'checkout-7d9f8b6c5d-x2x4z',
      'orders-db',
      'orders-db-0',
      'orders-db.shop.svc.cluster.local',
      'orders-db:5432',
      'orders_v2',
    ])
      expect(goesBy(orders, name), name).to.equal(true);
    for (const name of ['', 'order', 'orders-api', 'db', 'postgres', 'shop', '5432', 'orders-dba'])
      expect(goesBy(orders, name), name).to.equal(false);
    const plain = targetOf('main', 'postgres://u@10.0.0.5/postgres');
    expect(goesBy(plain, '10.0.0.5:9187')).to.equal(true);
    expect(goesBy(plain, 'postgres')).to.equal(false);
    expect(goesBy(plain, '10')).to.equal(false);
  });
});

describe('turns of a database target', () => {
  it('let no more run at once, in their order, and pass a place on after a failure', async () => {
    const turns = takeTurns(2);
    const signal = new AbortController().signal;
    let running = 0;
    let most = 0;
    const order: number[] = [];
    const run = (n: number) =>
      turns(signal, async () => {
        running += 1;
        most = Math.max(most, running);
        order.push(n);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        if (n % 3 === 0) throw new Error('fails');
      }).catch(() => {});
    await Promise.all(Array.from({ length: 20 }, (_, n) => run(n)));
    expect({ most, running }).to.deep.equal({ most: 2, running: 0 });
    expect(order).to.deep.equal(order.toSorted((a, b) => a - b));
  });

  it('give up with who waits', async () => {
    const turns = takeTurns(1);
    let end = () => {};
    const first = turns(new AbortController().signal, () => new Promise<void>((resolve) => (end = resolve)));
    const caller = new AbortController();
    const second = turns(caller.signal, async () => 'never');
    caller.abort();
    expect(await failureOf(second)).to.include({ failure: 'aborted', dependency: 'database' });
    expect(await failureOf(turns(AbortSignal.abort(), async () => 1))).to.include({ failure: 'aborted' });
    end();
    await first;
    expect(await turns(new AbortController().signal, async () => 'free')).to.equal('free');
  });
});
