import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { promptSecret } from './prompt-secret.ts';
import { readPassword } from './read-password.ts';
import { takeSecret } from './take-secret.ts';

function terminal() {
  const modes: boolean[] = [];
  const input = Object.assign(new PassThrough(), { setRawMode: (on: boolean) => modes.push(on) });
  const output = new PassThrough();
  return { input, output, modes, shown: () => String(output.read() ?? '') };
}
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

it.each([
  ['a line', ['secret\r'], 'secret'],
  ['a line in pieces', ['sec', 'ret\n'], 'secret'],
  ['what was taken back', ['sexx\x7f\x7fcret\r'], 'secret'],
  ['whole characters that were taken back', ['pä\x7fass€\x7f\r'], 'pass'],
  ['what followed a line that was taken back', ['wrong\x15secret\r'], 'secret'],
  ['more taken back than there was', ['\x7f\x7fa\r'], 'a'],
  ['nothing', ['\r'], ''],
])('reads %s without showing it', async (_, typed, expected) => {
  const { input, output, modes, shown } = terminal();
  const asked = promptSecret('Password: ', { input, output });
  for (const piece of typed) input.write(piece);
  expect(decode(await asked)).toBe(expected);
  expect(shown()).toBe('Password: \n');
  expect(modes).toEqual([true, false]);
});

it.each([
  ['Ctrl-C', '\x03'],
  ['Ctrl-D', '\x04'],
])('stops at %s', async (_, typed) => {
  const { input, output, modes } = terminal();
  const asked = promptSecret('', { input, output });
  input.write(typed);
  await expect(asked).rejects.toMatchObject({ code: 'INTERRUPTED' });
  expect(modes).toEqual([true, false]);
});

it('takes a secret out of the environment for good', () => {
  const environment: NodeJS.ProcessEnv = { KEY: 'abc', EMPTY: '' };
  expect([takeSecret('KEY', environment), takeSecret('KEY', environment)]).toEqual(['abc', undefined]);
  expect(takeSecret('EMPTY', environment)).toBeUndefined();
  expect(environment).toEqual({});
});

it('prefers a file to the environment, and asks nobody without a terminal', async () => {
  const none = readPassword({ path: 'wallet.json', file: undefined, text: undefined });
  await expect(none).rejects.toMatchObject({ code: 'KEYSTORE_PASSWORD_MISSING' });
  expect(decode(await readPassword({ path: 'w', file: undefined, text: 'pass\n' }))).toBe('pass\n');
  expect(await readPassword({ path: 'w', file: '/dev/null', text: 'pass' })).toHaveLength(0);
  const gone = readPassword({ path: 'w', file: '/does/not/exist', text: 'pass' });
  await expect(gone).rejects.toMatchObject({ code: 'KEYSTORE_UNREADABLE' });
});
