import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@byoc/core';
import type { ContainerRuntime, ResolvedPlugin } from '@byoc/core/runtime';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { hasPart } from '../../support/require-part.ts';
import { runCommand } from '../../support/run-command.ts';
import { type StartedRegistry, startRegistry } from '../../support/start-registry.ts';
import { RuntimeKit } from './runtime-kit.ts';

const dockerIsHere = (await hasPart('docker')) && (await hasPart('base-image'));
const target = { name: 'docker', kind: 'docker', transport: 'unix', here: true } as const;

const docker = async (...args: string[]) => {
  const { exitCode, stdout, stderr } = await runCommand('docker', args);
  if (exitCode !== 0) throw new Error(stderr);
  return stdout.trim();
};
const isThere = (image: string) =>
  docker('image', 'inspect', image).then(
    () => true,
    () => false,
  );

describe.skipIf(!dockerIsHere)('images of plugins', () => {
  let kit: RuntimeKit;
  let runtime: ContainerRuntime;
  const build = async (script: string, manifest: object = {}) =>
    runtime.resolve({ type: 'folder', path: await kit.pluginOf(script, { manifest }) });

  beforeEach(async () => {
    kit = await RuntimeKit.open(target);
    runtime = kit.runtime();
  });

  afterEach(async () => {
    const left = await kit.remains();
    await kit.close();
    expect(left).toEqual([]);
  });

  it('are removed when a build has replaced them, also without a tag', async () => {
    const first = await build('1');
    const second = await build('2');
    expect(await docker('image', 'inspect', '--format', '{{len .RepoTags}}', first.artifact)).toBe('0');
    await runtime.remove(first);
    expect(await isThere(first.artifact)).toBe(false);
    expect(await isThere(second.artifact)).toBe(true);
    await runtime.remove(second);
    expect(await isThere(second.artifact)).toBe(false);
  });

  it('stay while a container uses them', async () => {
    const used = await build('setInterval(() => {}, 1000)');
    const next = await build('2');
    const worker = await runtime.start(kit.spec(used));
    await runtime.remove(used);
    expect(await isThere(used.artifact)).toBe(true);
    await worker.stop({ graceMs: 0 });
    for (const plugin of [used, next]) {
      await runtime.remove(plugin);
      expect(await isThere(plugin.artifact)).toBe(false);
    }
  });

  it('are apart for names that differ by a slash only', async () => {
    const scope = `scoped${process.pid}`;
    const slash = await build('1', { name: `${scope}/b` });
    const dash = await build('2', { name: `${scope}-b` });
    for (const { artifact } of [slash, dash])
      expect(await docker('image', 'inspect', '--format', '{{len .RepoTags}}', artifact)).toBe('1');
    await runtime.remove(slash);
    expect(await isThere(dash.artifact)).toBe(true);
    await runtime.remove(dash);
  });

  it('that were built elsewhere are left alone', async () => {
    const base = await docker('image', 'inspect', '--format', '{{.Id}}', baseImage());
    await runtime.remove({ artifact: base } as ResolvedPlugin);
    expect(await isThere(base)).toBe(true);
  });

  it('get scratch space for what they declare as volumes', async () => {
    const path = await kit.pluginOf('setInterval(() => {}, 1000)', {
      dockerfile: `FROM ${baseImage()}\nCOPY worker.mjs .\nVOLUME ["/data", "/tmp/deep"]\nCMD ["node", "worker.mjs"]\n`,
    });
    const plugin = await runtime.resolve({ type: 'folder', path });
    const worker = await runtime.start(kit.spec(plugin));
    const [facts] = JSON.parse(await docker('inspect', worker.handle));
    expect(facts.Mounts.map((mount: { Type: string }) => mount.Type)).toEqual(['bind', 'bind']);
    expect(Object.keys(facts.HostConfig.Tmpfs).sort()).toEqual(['/data', '/tmp', '/tmp/deep']);
    await worker.stop({ graceMs: 0 });
    await runtime.remove(plugin);
  });

  it('that do not build say why', async () => {
    const path = await kit.pluginOf('', { dockerfile: `FROM ${baseImage()}\nRUN echo to the log && exit 7\n` });
    await expect(runtime.resolve({ type: 'folder', path })).rejects.toMatchObject({
      code: 'IMAGE_BUILD_FAILED',
      facts: { reason: expect.stringContaining('returned a non-zero code: 7') },
    });
  });

  it('stop building when the signal says so', async () => {
    const path = await kit.pluginOf('', { dockerfile: `FROM ${baseImage()}\nRUN sleep 60\n` });
    const controller = new AbortController();
    const building = runtime.resolve(
      { type: 'folder', path },
      {
        signal: controller.signal,
        onProgress: ({ message }) => {
          if (message.includes('sleep')) controller.abort(new Error('enough'));
        },
      },
    );
    await expect(building).rejects.toThrow('enough');
  });
});

describe.skipIf(!(dockerIsHere && (await hasPart('docker-registry'))))('images in a private registry', () => {
  let kit: RuntimeKit;
  let registry: StartedRegistry;
  let reference: string;

  beforeAll(async () => {
    kit = await RuntimeKit.open(target);
    registry = await startRegistry();
    reference = `${registry.host}/team/plugin:1`;
    const built = await kit.runtime().resolve({ type: 'folder', path: await kit.pluginOf('1') });
    await docker('tag', built.artifact, reference);
    const login = await configOf({ auths: { [registry.host]: { auth: credentials() } } });
    await docker('--config', login, 'push', reference);
    await docker('image', 'rm', reference);
    await kit.runtime().remove(built);
  });

  afterEach(async () => {
    vi.unstubAllEnvs();
    await docker('image', 'rm', reference).catch(() => {});
  });

  afterAll(async () => {
    await registry?.close();
    await kit?.close();
  });

  const credentials = () => Buffer.from(`${registry.username}:${registry.password}`).toString('base64');
  const configOf = async (config: object) => {
    const folder = join(kit.directory, `docker-${systemClock.now()}-${Math.random()}`);
    await mkdir(folder);
    await writeFile(join(folder, 'config.json'), JSON.stringify(config));
    return folder;
  };
  const pull = async (folder: string) => {
    vi.stubEnv('DOCKER_CONFIG', folder);
    return kit.runtime().resolve({ type: 'image', reference });
  };

  it('are pulled with what `docker login` has stored', async () => {
    const plugin = await pull(await configOf({ auths: { [registry.host]: { auth: credentials() } } }));
    expect(plugin.manifest.name).toBe(`scripted-${kit.ownerId}`);
    expect(plugin.artifact).toMatch(/^sha256:/);
  });

  it('are pulled with what a credential helper knows', async () => {
    const folder = await configOf({ credHelpers: { [registry.host]: 'byoc-test' } });
    const answer = JSON.stringify({ Username: registry.username, Secret: registry.password });
    const script = `#!/bin/sh\nread server\n[ "$1 $server" = "get ${registry.host}" ] && echo '${answer}'\n`;
    await writeFile(join(folder, 'docker-credential-byoc-test'), script);
    await chmod(join(folder, 'docker-credential-byoc-test'), 0o755);
    vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`);
    expect((await pull(folder)).manifest.name).toBe(`scripted-${kit.ownerId}`);
  });

  it.each([
    ['nothing', {}],
    ['a wrong password', { auth: Buffer.from('builder:wrong').toString('base64') }],
    ['a helper that is not there', undefined],
  ])('are refused with %s, and say what to do', async (_, entry) => {
    const config = entry ? { auths: { [registry.host]: entry } } : { credsStore: 'not-installed' };
    const error = await pull(await configOf(config)).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'IMAGE_NOT_FOUND', hint: expect.stringContaining('docker login') });
  });

  it('that are not there are told', async () => {
    vi.stubEnv('DOCKER_CONFIG', await configOf({ auths: { [registry.host]: { auth: credentials() } } }));
    const image = `${registry.host}/team/other:1`;
    await expect(kit.runtime().resolve({ type: 'image', reference: image })).rejects.toMatchObject({
      code: 'IMAGE_NOT_FOUND',
    });
  });
});

function baseImage(): string {
  return process.env['BYOC_BASE_IMAGE'] ?? 'node:24-bookworm-slim';
}
