import { expect } from 'chai';
import { defineCommand, UsageError } from '../../../../scripts/cli/command.ts';
import { DependencyError, FleetError } from '../../../../src/shared/errors.ts';
import { runCommand } from './support/run-command.ts';

const failing = (error: unknown) =>
  defineCommand({
    name: 'try-it',
    usage: 'usage of try-it',
    options: { name: { type: 'string' }, often: { type: 'string', multiple: true } },
    run: async () => {
      throw error;
    },
  });

const echo = defineCommand({
  name: 'echo',
  usage: 'usage of echo',
  options: { name: { type: 'string' }, often: { type: 'string', multiple: true } },
  async run({ name, often }, positionals, { out }) {
    out(JSON.stringify({ name, often, positionals }));
    return 0;
  },
});

describe('a command', () => {
  it('hands its options and positional arguments over', async () => {
    const { code, out } = await runCommand(echo, ['a', '--name', 'n', '--often', 'x', '--often=y', 'b']);
    expect(code).to.equal(0);
    expect(JSON.parse(out)).to.deep.equal({ name: 'n', often: ['x', 'y'], positionals: ['a', 'b'] });
  });

  it('prints its usage for --help and does nothing', async () => {
    expect(await runCommand(failing(new Error('not reached')), ['--help'])).to.deep.equal({
      code: 0,
      out: 'usage of try-it',
      err: '',
    });
  });

  it('answers wrong use with code 2, one line and where help is', async () => {
    for (const args of [['--unknown'], ['--name']]) {
      const { code, out, err } = await runCommand(echo, args);
      expect({ code, out }).to.deep.equal({ code: 2, out: '' });
      expect(err).to.match(/^echo: .*; "npm run echo -- --help" shows how it is called$/);
    }
    const { code, err } = await runCommand(failing(new UsageError('give a name')), []);
    expect(code).to.equal(2);
    expect(err).to.include('try-it: give a name;');
  });

  it('answers an expected fault with code 1 and one line without a stack', async () => {
    const error = new FleetError('store_unavailable', 'the database did not answer', { cause: new Error('refused') });
    expect(await runCommand(failing(error), [])).to.deep.equal({
      code: 1,
      out: '',
      err: 'try-it: the database did not answer: refused',
    });
  });

  it('masks secrets in what it says', async () => {
    const error = new DependencyError('llm', 'auth', 'the key sk-abcdefghijklmnop1234 is not valid');
    const { err } = await runCommand(failing(error), []);
    expect(err).to.equal('try-it: the key [masked:token] is not valid');
  });

  it('shows where an unexpected fault comes from', async () => {
    const { code, err } = await runCommand(failing(new TypeError('x is not a function')), []);
    expect(code).to.equal(1);
    expect(err).to.include('TypeError: x is not a function\n    at ');
  });

  it('says that it was stopped when the person left', async () => {
    const { code, err } = await runCommand(failing(new Error('aborted')), [], {}, { signal: AbortSignal.abort() });
    expect({ code, err }).to.deep.equal({ code: 1, err: 'try-it: stopped' });
  });
});
