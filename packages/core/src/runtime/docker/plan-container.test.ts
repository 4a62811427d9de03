import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isByocError } from '../../errors/byoc-error.ts';
import { type Manifest, manifestSchema } from '../../manifest/manifest.ts';
import type { WorkerSpec } from '../container-runtime.ts';
import { type ContainerHost, type ContainerPlan, planContainer } from './plan-container.ts';

const anyText = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    ...['/', '/dev', '/dev/mem', '/dev/sda', '/var/run/docker.sock', '../../etc', 'host', '/dev/dri/../mem', '0:0'],
    ...[
      '/dev/dri/renderD128',
      '/dev/nvidia0',
      '/dev/kfd',
      '/dev/nvidia0:/dev/mem',
      '/proc',
      '/byoc/run',
      '/byoc/jobs/x',
      '/byoc/models',
    ],
  ),
);
const anyCount = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const goodDevice = fc.constantFrom('/dev/dri/renderD128', '/dev/nvidia0', '/dev/kfd', '/dev/video0');
/** Whatever the schema lets through: nobody else hands manifests to the runtime. */
const anyManifest: fc.Arbitrary<Manifest> = fc
  .record({
    resources: fc.record(
      {
        cpu: fc.oneof(fc.double({ min: Number.MIN_VALUE, max: 1024, noNaN: true }), fc.constantFrom(1e-10, 1024)),
        ...{ memoryBytes: anyCount, pids: anyCount, scratchBytes: anyCount },
        gpu: fc.record({ count: fc.integer({ min: 1, max: 16 }) }),
      },
      { requiredKeys: [] },
    ),
    grants: fc.record({
      egress: fc.oneof({ arbitrary: fc.constant([]), weight: 9 }, { arbitrary: fc.array(anyText), weight: 1 }),
      devices: fc.oneof({ arbitrary: fc.array(goodDevice), weight: 3 }, { arbitrary: fc.array(anyText), weight: 1 }),
    }),
    labels: fc.dictionary(anyText, anyText, { maxKeys: 3 }),
    command: fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 3 }),
  })
  .map((fields) => manifestSchema.parse({ ...base, ...fields }));
const base = {
  ...{ manifest: 1, name: 'any/plugin', version: '1.0.0', protocol: 'byoc.worker.v1' },
  capabilities: [
    {
      digest: `sha256:${'0'.repeat(64)}`,
      contract: { name: 'any/thing', version: '1.0.0', input: {}, output: {}, meters: {} },
    },
  ],
};

const anySpec: fc.Arbitrary<WorkerSpec> = fc.record({
  workerId: fc.stringMatching(/^[a-z0-9-]{1,40}$/),
  ownerId: fc.stringMatching(/^[0-9a-f]{16}$/),
  plugin: fc.record({ manifest: anyManifest, artifact: anyText, digest: anyText }),
  workerDirectory: fc.constant('/data/workers/w1'),
  jobsDirectory: fc.constant('/data/plugins/p1/jobs'),
  resources: fc.option(
    fc.record(
      {
        cpu: fc.double({ min: 0.01, max: 1024, noNaN: true }),
        memoryBytes: fc.integer({ min: 6 * 1024 ** 2, max: 2 ** 40 }),
        gpus: fc.constantFrom(0, 1, 8, 'all' as const, ['0'], ['GPU-1a', 'GPU-2b']),
      },
      { requiredKeys: [] },
    ),
    { nil: undefined },
  ),
  environment: fc.dictionary(
    fc.oneof(anyText, fc.constantFrom('BYOC_WORKER_ADDRESS', 'BYOC_JOBS_PATH', 'BYOC_MODELS_PATH')),
    anyText,
    {
      maxKeys: 3,
    },
  ),
  models: fc.uniqueArray(
    fc.record({
      name: fc.stringMatching(/^[A-Za-z0-9][\w.-]{0,20}$/),
      path: fc.constantFrom('/models/a', '/models/a b.gguf'),
      type: fc.constantFrom('folder' as const, 'file' as const),
    }),
    { maxLength: 3, selector: ({ name }) => name },
  ),
});
const anyHost: fc.Arbitrary<ContainerHost> = fc.record({
  user: fc.tuple(fc.integer({ min: 1, max: 65_535 }), fc.integer({ min: 1, max: 65_535 })).map((ids) => ids.join(':')),
  cores: fc.integer({ min: 1, max: 512 }),
  transport: fc.constantFrom('unix' as const, 'tcp' as const),
  secret: fc.string({ minLength: 32, maxLength: 32 }),
  imageVolumes: fc.array(anyText, { maxLength: 4 }),
});

/** Checks every plan there can be; a refusal is a good answer too. */
function always(check: (plan: ContainerPlan, spec: WorkerSpec, host: ContainerHost) => void): void {
  let planned = 0;
  fc.assert(
    fc.property(anySpec, anyHost, (spec, host) => {
      let plan: ContainerPlan;
      try {
        plan = planContainer(spec, host);
      } catch (error) {
        expect(isByocError(error, 'GRANT_UNSUPPORTED')).toBe(true);
        return;
      }
      planned += 1;
      check(plan, spec, host);
    }),
    { numRuns: 200 },
  );
  expect(planned).toBeGreaterThan(20);
}

describe('planContainer, whatever a manifest, its grants and its limits say', () => {
  it('gives no privileges', () => {
    always(({ HostConfig, User }) => {
      expect(HostConfig).toMatchObject({
        Privileged: false,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges:true'],
      });
      for (const field of ['CapAdd', 'GroupAdd', 'UsernsMode', 'CgroupnsMode', 'CgroupParent', 'DeviceCgroupRules'])
        expect(HostConfig).not.toHaveProperty(field);
      for (const field of ['Runtime', 'Sysctls', 'OomKillDisable', 'OomScoreAdj', 'MaskedPaths', 'ReadonlyPaths'])
        expect(HostConfig).not.toHaveProperty(field);
      expect(User).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    });
  });

  it('shares no namespace with the host or another container', () => {
    always(({ HostConfig, NetworkDisabled }, _, { transport }) => {
      expect(HostConfig.NetworkMode).toBe(transport === 'tcp' ? 'bridge' : 'none');
      expect(NetworkDisabled).toBe(transport !== 'tcp');
      expect(HostConfig.IpcMode).toBe('private');
      for (const field of ['PidMode', 'UTSMode', 'Links', 'VolumesFrom', 'ExtraHosts', 'PublishAllPorts'])
        expect(HostConfig).not.toHaveProperty(field);
    });
  });

  it('keeps the root read-only, and scratch space bounded and without programs', () => {
    always(({ HostConfig }, { plugin }) => {
      expect(HostConfig.ReadonlyRootfs).toBe(true);
      const size = plugin.manifest.resources.scratchBytes;
      for (const options of Object.values(HostConfig.Tmpfs))
        expect(options).toBe(`rw,nosuid,nodev,noexec,size=${size},mode=1777`);
    });
  });

  it('limits processes, memory and cpu', () => {
    always(({ HostConfig }, _, { cores }) => {
      const { PidsLimit, Memory, MemorySwap, NanoCpus } = HostConfig;
      for (const limit of [PidsLimit, Memory, MemorySwap, NanoCpus]) {
        expect(Number.isSafeInteger(limit)).toBe(true);
        expect(limit).toBeGreaterThan(0);
      }
      expect(PidsLimit).toBeLessThanOrEqual(32_768);
      expect(MemorySwap).toBe(Memory);
      expect(NanoCpus).toBeLessThanOrEqual(cores * 1e9);
    });
  });

  it("mounts the worker's own two folders and nothing else", () => {
    always((plan, { workerDirectory, jobsDirectory, models = [] }, { imageVolumes }) => {
      const { HostConfig } = plan;
      expect(HostConfig.Mounts).toEqual([
        { Type: 'bind', Source: `${workerDirectory}/run`, Target: '/byoc/run', ReadOnly: false },
        { Type: 'bind', Source: jobsDirectory, Target: '/byoc/jobs', ReadOnly: false },
        ...models.map(({ name, path, type }) => ({
          ...{ Type: 'bind', Source: path, ReadOnly: true },
          Target: `/byoc/models/${name}${type === 'file' ? path.slice('/models'.length) : ''}`,
        })),
      ]);
      for (const field of ['Binds', 'Volumes', 'VolumeDriver']) {
        expect(HostConfig).not.toHaveProperty(field);
        expect(plan).not.toHaveProperty(field);
      }
      // Each volume of the image is covered: by scratch space, or by what is mounted there.
      for (const path of imageVolumes.filter((each) => /^\/[a-z]+$/.test(each)))
        expect(HostConfig.Tmpfs).toHaveProperty([path]);
      for (const path of Object.keys(HostConfig.Tmpfs)) expect(path).not.toMatch(/^\/byoc\/(run|jobs|models)(\/|$)/);
    });
  });

  it('asks for the cards that the operator gives, else for as many as the manifest names', () => {
    always(({ HostConfig }, { plugin, resources }) => {
      const gpus = resources?.gpus ?? plugin.manifest.resources.gpu?.count ?? 0;
      const cards = gpus === 'all' ? { Count: -1 } : typeof gpus === 'number' ? { Count: gpus } : { DeviceIDs: gpus };
      const request = { Driver: '', ...cards, Capabilities: [['gpu', 'compute', 'video', 'utility']] };
      expect(HostConfig.DeviceRequests).toEqual(gpus === 0 ? [] : [request]);
    });
  });

  it('gives the memory and the cores that the operator says', () => {
    always(({ HostConfig }, { plugin, resources }, { cores }) => {
      expect(HostConfig.Memory).toBe(resources?.memoryBytes ?? plugin.manifest.resources.memoryBytes);
      const cpu = resources?.cpu ?? plugin.manifest.resources.cpu;
      expect(HostConfig.NanoCpus).toBe(Math.round(Math.max(0.01, Math.min(cpu, cores)) * 1e9));
    });
  });

  it('passes on accelerators and cameras at most', () => {
    always(({ HostConfig }) => {
      for (const { PathOnHost, PathInContainer } of HostConfig.Devices) {
        expect(PathOnHost).toMatch(/^\/dev\/(dri|nvidia|kfd|accel|video|media)/);
        expect(PathOnHost).not.toMatch(/\.\.|:/);
        expect(PathInContainer).toBe(PathOnHost);
      }
    });
  });

  it('publishes one port on loopback at most, guarded by the secret', () => {
    always(({ HostConfig, Env, Labels }, _, { transport, secret }) => {
      if (transport === 'unix') return expect(HostConfig).not.toHaveProperty('PortBindings');
      expect(HostConfig.PortBindings).toEqual({ '7700/tcp': [{ HostIp: '127.0.0.1', HostPort: '0' }] });
      expect(Env).toContain(`BYOC_WORKER_SECRET=${secret}`);
      expect(Labels['dev.byoc.secret']).toBe(secret);
    });
  });

  it('lets no environment of the caller move the socket or the jobs', () => {
    always(({ Env }, { models = [], environment = {} }) => {
      const named = (name: string) => Env.filter((line) => line.startsWith(`${name}=`));
      expect(named('BYOC_JOBS_PATH')).toEqual(['BYOC_JOBS_PATH=/byoc/jobs']);
      const said = environment['BYOC_MODELS_PATH'];
      const unset = said === undefined ? [] : [`BYOC_MODELS_PATH=${said}`];
      expect(named('BYOC_MODELS_PATH')).toEqual(models.length > 0 ? ['BYOC_MODELS_PATH=/byoc/models'] : unset);
      expect(named('BYOC_WORKER_ADDRESS')).toHaveLength(1);
      expect(named('BYOC_WORKER_ADDRESS')[0]).toMatch(/unix:\/\/\/byoc\/run\/worker\.sock|tcp:\/\/0\.0\.0\.0:7700/);
    });
  });

  it('refuses devices that are the host itself', () => {
    const manifest = manifestSchema.parse({ ...base, grants: { devices: ['/dev/sda'] } });
    const spec: WorkerSpec = {
      ...{ workerId: 'w', ownerId: 'o', plugin: { manifest, artifact: 'i', digest: 'd' } },
      ...{ workerDirectory: '/w', jobsDirectory: '/j' },
    };
    const host = { user: '1:1', cores: 1, transport: 'unix', secret: '', imageVolumes: [] } as const;
    expect(() => planContainer(spec, host)).toThrow('any/plugin asks for the device /dev/sda');
  });
});
