import { open, readFile } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { ImageFailure } from '../model/image-failure.ts';
import type { ModelFolder, ModelPart } from '../model/model-folder.ts';
import type { NetworkBytes } from '../runtime/onnx-runtime.ts';
import { addLowRank } from './add-low-rank.ts';
import { type OnnxWeight, readOnnxWeights } from './onnx-weights.ts';
import type { AdapterTarget } from './read-adapter.ts';
import type { WeighedAdapter } from './weighed-adapter.ts';

/** Networks with adapters in their weights. */
export interface MergedNetworks {
  readonly networks: ReadonlyMap<ModelPart, NetworkBytes>;
  /** Of each adapter: how many of its targets the model has. */
  readonly matched: readonly number[];
}

/** Reads the networks that adapters change, and adds the adapters to their weights. The files stay as they are. @throws ImageFailure `lora-unfit` */
export async function mergeAdapters(
  folder: ModelFolder,
  adapters: readonly WeighedAdapter[],
  signal: AbortSignal,
): Promise<MergedNetworks> {
  const networks = new Map<ModelPart, NetworkBytes>();
  const matched = adapters.map(() => 0);
  const partOf = (target: AdapterTarget) => (target.network === 'network' ? folder.network : target.network);
  for (const [part, path] of Object.entries(folder.parts) as [ModelPart, string][]) {
    if (!adapters.some(({ adapter }) => adapter.targets.some((target) => partOf(target) === part))) continue;
    const bytes = await readNetwork(path);
    for (const [at, { adapter, weight }] of adapters.entries())
      for (const target of adapter.targets) {
        if (partOf(target) !== part || !bytes.layers.has(target.layer)) continue;
        signal.throwIfAborted();
        const place = bytes.layers.get(target.layer);
        addTarget({ ...bytes, name: adapter.name, part }, place, { ...target, scale: target.scale * weight });
        matched[at] = (matched[at] ?? 0) + 1;
        // Cancel and health checks are heard between two layers.
        await setImmediate();
      }
    networks.set(part, { model: bytes.model, files: [...bytes.files].map(([name, data]) => ({ path: name, data })) });
  }
  for (const [at, { adapter }] of adapters.entries())
    if (matched[at] === 0) {
      const [example] = adapter.targets;
      throw unfit(
        adapter.name,
        `none of its ${adapter.targets.length} layers is in the model \`${folder.name}\`, for example \`${example?.layer}\``,
      );
    }
  return { networks, matched };
}

interface ReadNetwork {
  readonly model: Uint8Array;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

async function readNetwork(
  path: string,
): Promise<ReadNetwork & { layers: ReadonlyMap<string, OnnxWeight | undefined> }> {
  const model = new Uint8Array(await readFile(path));
  const { layers, files } = readOnnxWeights(model);
  const read = new Map<string, Uint8Array>();
  for (const file of files) read.set(file, await readBeside(path, file));
  return { model, files: read, layers };
}

/** What a network's file names must lie beside it. */
async function readBeside(path: string, file: string): Promise<Uint8Array> {
  const folder = dirname(path);
  const place = join(folder, file);
  try {
    if (!place.startsWith(folder + sep)) throw new Error('it lies in another folder');
    return await readWhole(place);
  } catch (error) {
    throw new ImageFailure(
      {
        reason: 'model-truncated',
        message: `\`${file}\`, which \`${basename(folder)}/${basename(path)}\` names, can't be read`,
        hint: 'Fetch or export the model again.',
        recovery: 'retry-other',
      },
      { cause: error },
    );
  }
}

/** Node reads at most 2 GiB at once. */
const CHUNK_BYTES = 2 ** 30;

async function readWhole(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const bytes = new Uint8Array(size);
    for (let at = 0; at < size; ) {
      const { bytesRead } = await file.read(bytes, at, Math.min(CHUNK_BYTES, size - at), at);
      if (bytesRead === 0) break;
      at += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

function addTarget(
  { model, files, name, part }: ReadNetwork & { name: string; part: ModelPart },
  weight: OnnxWeight | undefined,
  target: AdapterTarget,
): void {
  const { layer, rank, up, down } = target;
  if (weight?.place === undefined || (weight.dataType !== 1 && weight.dataType !== 10))
    throw unfit(
      name,
      `the weight of \`${layer}\` in \`${part}\` is quantised or computed; only float32 and float16 take adapters`,
    );
  if (weight.uses > 1) throw unfit(name, `the weight of \`${layer}\` in \`${part}\` is shared with another layer`);
  const [rows, columns] = [up.length / rank, down.length / rank];
  const [first = 0, ...others] = weight.isTransposed ? [...weight.dims].reverse() : weight.dims;
  if (first !== rows || others.reduce((product, side) => product * side, 1) !== columns)
    throw unfit(name, `\`${layer}\` is ${rows} × ${columns} in the adapter, ${weight.dims.join(' × ')} in \`${part}\``);
  const { file, offset, length } = weight.place;
  const isHalf = weight.dataType === 10;
  const bytes = (file === undefined ? model : files.get(file))?.subarray(offset, offset + length);
  if (bytes?.length !== rows * columns * (isHalf ? 2 : 4))
    throw unfit(name, `the weight of \`${layer}\` in \`${part}\` is cut off`);
  addLowRank(bytes, { ...target, rows, columns, isTransposed: weight.isTransposed, isHalf });
}

function unfit(name: string, why: string): ImageFailure {
  return new ImageFailure({
    reason: 'lora-unfit',
    message: `The adapter \`${name}\` does not fit: ${why}`,
    hint: 'Use an adapter that was made for this model, or another model.',
    recovery: 'retry-other',
  });
}
