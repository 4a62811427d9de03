import { basename, posix } from 'node:path';
import { ByocError } from '../../errors/byoc-error.ts';
import { settleResources } from '../../manifest/worker-resources.ts';
import type { WorkerSpec } from '../container-runtime.ts';
import { isGrantableDevice } from './is-grantable-device.ts';

/** What of the host goes into a plan. */
export interface ContainerHost {
  /** `uid:gid` of the process in the container. */
  readonly user: string;
  /** Cores of the engine's machine: a container can't be given more. */
  readonly cores: number;
  readonly transport: 'unix' | 'tcp';
  /** For `tcp`: proves to the worker that a caller is its host. */
  readonly secret: string;
  /** Paths that the image declares as volumes: the engine would give each a writable folder without a limit. */
  readonly imageVolumes: readonly string[];
}

/** The engine takes no smaller share of a core, and takes 0 as "no limit". */
const CPU_MIN = 0.01;
/** Processes and threads at most, whatever a manifest asks for: Linux has 32,768 process ids unless it is told otherwise. */
const PIDS_MAX = 32_768;

/** What a worker may do with a card: compute, encode and decode video, and ask for its state. */
const GPU_CAPABILITIES = ['gpu', 'compute', 'video', 'utility'];

/** The worker's port inside its container, for `tcp`. */
export const WORKER_PORT = 7700;
/** Folder of the worker's socket, inside. */
const RUN_PATH = '/byoc/run';
/** Folder of the jobs, inside. */
export const JOBS_PATH = '/byoc/jobs';
/** Folder of the models, inside. */
const MODELS_PATH = '/byoc/models';

/** The body of `POST /containers/create` of the Docker Engine API, v1.41. */
export interface ContainerPlan {
  readonly name: string;
  readonly Image: string;
  readonly User: string;
  readonly Env: string[];
  readonly Labels: Record<string, string>;
  readonly NetworkDisabled: boolean;
  readonly ExposedPorts?: Record<string, object>;
  readonly StopSignal: 'SIGTERM';
  readonly HostConfig: {
    readonly NetworkMode: 'none' | 'bridge';
    readonly PortBindings?: Record<string, { HostIp: string; HostPort: string }[]>;
    readonly ReadonlyRootfs: true;
    readonly CapDrop: ['ALL'];
    readonly Privileged: false;
    readonly SecurityOpt: ['no-new-privileges:true'];
    readonly PidsLimit: number;
    readonly Memory: number;
    readonly MemorySwap: number;
    readonly NanoCpus: number;
    readonly IpcMode: 'private';
    readonly Init: true;
    readonly Mounts: { Type: 'bind'; Source: string; Target: string; ReadOnly: boolean }[];
    readonly Tmpfs: Record<string, string>;
    readonly Devices: { PathOnHost: string; PathInContainer: string; CgroupPermissions: string }[];
    readonly DeviceRequests: { Driver: ''; Count?: number; DeviceIDs?: string[]; Capabilities: string[][] }[];
    readonly RestartPolicy: { Name: 'no' };
    readonly LogConfig: { Type: 'json-file'; Config: Record<string, string> };
  };
}

/**
 * Plans a worker's container: default deny. No network, read-only root, no capabilities, no new privileges, a non-root
 * user, limits on processes, memory and cpu, a bounded log; only its own socket and job folders are mounted, and models, read-only.
 *
 * @throws ByocError GRANT_UNSUPPORTED for network egress, which nothing enforces yet, and for devices that are more than an
 * accelerator or a camera
 */
export function planContainer(spec: WorkerSpec, host: ContainerHost): ContainerPlan {
  const { manifest, artifact, digest } = spec.plugin;
  const { cpu, memoryBytes, pids, scratchBytes, gpus } = settleResources(manifest, spec.resources);
  const [egress] = manifest.grants.egress;
  if (egress !== undefined)
    throw new ByocError('GRANT_UNSUPPORTED', { plugin: manifest.name, grant: `network access to ${egress}` });
  const forbidden = manifest.grants.devices.find((path) => !isGrantableDevice(path));
  if (forbidden !== undefined)
    throw new ByocError('GRANT_UNSUPPORTED', { plugin: manifest.name, grant: `the device ${forbidden}` });
  const scratch = `rw,nosuid,nodev,noexec,size=${scratchBytes},mode=1777`;
  const models = spec.models ?? [];
  const tcp = host.transport === 'tcp';
  const port = `${WORKER_PORT}/tcp`;
  const environment = {
    ...spec.environment,
    BYOC_WORKER_ADDRESS: tcp ? `tcp://0.0.0.0:${WORKER_PORT}` : `unix://${RUN_PATH}/worker.sock`,
    ...(tcp ? { BYOC_WORKER_SECRET: host.secret } : {}),
    BYOC_WORKER_ID: spec.workerId,
    BYOC_JOBS_PATH: JOBS_PATH,
    ...(models.length > 0 ? { BYOC_MODELS_PATH: MODELS_PATH } : {}),
    TMPDIR: '/tmp',
    HOME: '/tmp',
  };
  return {
    name: `byoc-${spec.workerId}`,
    Image: artifact,
    User: host.user,
    Env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
    Labels: {
      'dev.byoc.owner': spec.ownerId,
      'dev.byoc.worker': spec.workerId,
      'dev.byoc.plugin': manifest.name,
      'dev.byoc.digest': digest,
      'dev.byoc.directory': spec.workerDirectory,
      // Always set, or a label of the image would stand in for it.
      'dev.byoc.secret': host.secret,
    },
    NetworkDisabled: !tcp,
    ...(tcp ? { ExposedPorts: { [port]: {} } } : {}),
    StopSignal: 'SIGTERM',
    HostConfig: {
      NetworkMode: tcp ? 'bridge' : 'none',
      ...(tcp ? { PortBindings: { [port]: [{ HostIp: '127.0.0.1', HostPort: '0' }] } } : {}),
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      Privileged: false,
      SecurityOpt: ['no-new-privileges:true'],
      PidsLimit: Math.min(pids, PIDS_MAX),
      Memory: memoryBytes,
      MemorySwap: memoryBytes,
      NanoCpus: Math.round(Math.max(CPU_MIN, Math.min(cpu, host.cores)) * 1e9),
      IpcMode: 'private',
      Init: true,
      Mounts: [
        { Type: 'bind', Source: `${spec.workerDirectory}/run`, Target: RUN_PATH, ReadOnly: false },
        { Type: 'bind', Source: spec.jobsDirectory, Target: JOBS_PATH, ReadOnly: false },
        ...models.map(({ name, path, type }) => ({
          Type: 'bind' as const,
          Source: path,
          Target: type === 'folder' ? `${MODELS_PATH}/${name}` : `${MODELS_PATH}/${name}/${basename(path)}`,
          ReadOnly: true,
        })),
      ],
      Tmpfs: Object.fromEntries(volumesOf(host.imageVolumes).map((path) => [path, scratch])),
      Devices: manifest.grants.devices.map((path) => ({
        PathOnHost: path,
        PathInContainer: path,
        CgroupPermissions: 'rw',
      })),
      DeviceRequests: gpus === 0 ? [] : [{ Driver: '', ...cardsOf(gpus), Capabilities: [GPU_CAPABILITIES] }],
      RestartPolicy: { Name: 'no' },
      LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '2' } },
    },
  };
}

/** As `docker run --gpus` asks for them: a negative count is all. */
function cardsOf(gpus: number | 'all' | readonly string[]): { Count: number } | { DeviceIDs: string[] } {
  if (gpus === 'all') return { Count: -1 };
  return typeof gpus === 'number' ? { Count: gpus } : { DeviceIDs: [...gpus] };
}

/** Scratch space, and scratch space instead of what the image declares as volumes: never over what is mounted there. */
function volumesOf(imageVolumes: readonly string[]): string[] {
  const own = [RUN_PATH, JOBS_PATH, MODELS_PATH];
  const within = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`);
  const clean = imageVolumes.map((path) => posix.resolve('/', path));
  return [
    '/tmp',
    ...clean.filter((path) => path !== '/tmp' && path !== '/' && !own.some((folder) => within(path, folder))),
  ];
}
