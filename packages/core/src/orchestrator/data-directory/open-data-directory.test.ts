import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished as after, expect, it, vi } from 'vitest';
import { createLocalSigner } from '../../payment/keys/create-local-signer.ts';
import { openDataDirectory } from './open-data-directory.ts';
import { adminSocketPath, socketRoot } from './socket-paths.ts';

function makeDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'byoc-data-'));
  after(() => rmSync(path, { recursive: true }));
  return path;
}
const modeOf = (path: string) => statSync(path).mode & 0o777;

it('makes a private layout', async () => {
  const path = join(makeDirectory(), 'data');
  const directory = await openDataDirectory(path);
  expect(readdirSync(path).sort()).toEqual(['identity', 'local', 'plugins']);
  expect(readdirSync(directory.localDirectory).sort()).toEqual(['inbox', 'outbox']);
  expect([path, join(path, 'identity'), directory.localDirectory].map(modeOf)).toEqual([0o700, 0o700, 0o700]);
  expect(readdirSync(join(path, 'identity'))).toEqual(['identity.json']);
  expect(modeOf(join(path, 'identity', 'identity.json'))).toBe(0o600);
});

it('is the same orchestrator when it is opened again', async () => {
  const path = makeDirectory();
  const [first, second] = [await openDataDirectory(path), await openDataDirectory(path)];
  expect(second.signer.address).toBe(first.signer.address);
  expect(second.certificate).toEqual(first.certificate);
  expect(second.ownerId).toBe(first.ownerId);
});

it('holds no key when it is given a signer, and belongs to its address for good', async () => {
  const path = makeDirectory();
  const signer = createLocalSigner(new Uint8Array(32).fill(7));
  expect((await openDataDirectory(path, { signer })).signer).toBe(signer);
  expect(readFileSync(join(path, 'identity', 'identity.json'), 'utf8')).not.toContain('07'.repeat(32));
  expect((await openDataDirectory(path, { signer })).signer).toBe(signer);
  const mismatch = { code: 'ORCHESTRATOR_KEY_MISMATCH', facts: { expected: signer.address } };
  await expect(openDataDirectory(path)).rejects.toMatchObject(mismatch);
  const other = createLocalSigner(new Uint8Array(32).fill(8));
  await expect(openDataDirectory(path, { signer: other })).rejects.toMatchObject(mismatch);
  const own = await openDataDirectory(makeDirectory());
  await expect(openDataDirectory(own.path, { signer })).rejects.toMatchObject({ code: 'ORCHESTRATOR_KEY_MISMATCH' });
});

it('never replaces an identity that it cannot read', async () => {
  const path = makeDirectory();
  await openDataDirectory(path);
  writeFileSync(join(path, 'identity', 'identity.json'), '{"ownerId":');
  await expect(openDataDirectory(path)).rejects.toMatchObject({ code: 'DATA_DIRECTORY_CORRUPT' });
});

it('keeps the folders of a plugin with a scope beside the others, each its own', async () => {
  const { path, jobsDirectory } = await openDataDirectory(makeDirectory());
  expect(jobsDirectory('demo/echo')).toBe(join(path, 'plugins', 'demo_echo', 'jobs'));
  expect(jobsDirectory('demo-echo')).toBe(join(path, 'plugins', 'demo-echo', 'jobs'));
});

it('opens a directory through a symbolic link', async () => {
  const link = join(makeDirectory(), 'link');
  symlinkSync(makeDirectory(), link);
  expect((await openDataDirectory(link)).path).toBe(link);
});

it('says why a path is of no use', async () => {
  const file = join(makeDirectory(), 'file');
  writeFileSync(file, '');
  await expect(openDataDirectory(join(file, 'data'))).rejects.toMatchObject({ code: 'DATA_DIRECTORY_UNREADABLE' });
});

it('keeps the sockets of a long path in a short, private folder, found from the path alone', async () => {
  const path = join(makeDirectory(), 'x'.repeat(90));
  const directory = await openDataDirectory(path);
  const socket = join(directory.workerDirectory('y'.repeat(40)), 'run', 'worker.sock');
  expect(Math.max(socket.length, directory.adminSocketPath.length)).toBeLessThanOrEqual(100);
  expect(dirname(directory.adminSocketPath)).toBe(socketRoot(path));
  expect(modeOf(socketRoot(path))).toBe(0o700);
  vi.stubEnv('XDG_RUNTIME_DIR', '/run/user/1');
  after(() => void vi.unstubAllEnvs());
  expect(adminSocketPath(path)).toBe(directory.adminSocketPath);
  await directory.close();
  expect(() => statSync(socketRoot(path))).toThrow('ENOENT');
});

it('refuses a short folder that others may write to', async () => {
  const path = join(makeDirectory(), 'z'.repeat(90));
  mkdirSync(socketRoot(path), { mode: 0o755 });
  after(() => rmSync(socketRoot(path), { recursive: true }));
  await expect(openDataDirectory(path)).rejects.toMatchObject({
    code: 'DATA_DIRECTORY_UNREADABLE',
    facts: { path: socketRoot(path) },
  });
});
