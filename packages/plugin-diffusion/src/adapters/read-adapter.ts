import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { ImageFailure } from '../model/image-failure.ts';
import { type AdapterNetwork, parseAdapterKey } from './adapter-keys.ts';
import { readSafetensors, type SafeTensor, type SafeTensors } from './read-safetensors.ts';

/** A layer that an adapter changes: its weight gets `scale × up · down` on top. */
export interface AdapterTarget {
  readonly network: AdapterNetwork;
  readonly layer: string;
  /** `rank` rows. */
  readonly down: Float32Array;
  /** `rank` columns. */
  readonly up: Float32Array;
  readonly rank: number;
  readonly scale: number;
}

/** A low-rank adapter. */
export interface Adapter {
  readonly name: string;
  /** Of its file, in hexadecimal. */
  readonly sha256: string;
  readonly targets: readonly AdapterTarget[];
}

/** Reads an adapter from a .safetensors file, in the format of kohya's scripts or of diffusers. @throws ImageFailure `lora-unfit` */
export async function readAdapter(path: string, signal: AbortSignal): Promise<Adapter> {
  const name = basename(path, '.safetensors');
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash, { signal });
  return { name, sha256: hash.digest('hex'), targets: targetsOf(name, await readSafetensors(path)) };
}

interface Parts {
  network: AdapterNetwork;
  layer: string;
  down?: SafeTensor;
  up?: SafeTensor;
  alpha?: SafeTensor;
}

function targetsOf(name: string, { tensors, metadata }: SafeTensors): AdapterTarget[] {
  const found = new Map<string, Parts>();
  for (const [key, tensor] of tensors) {
    const parsed = parseAdapterKey(key);
    if (parsed === undefined) throw unfit(name, `\`${key}\` is no part of a low-rank adapter that this engine knows`);
    const { network, layer, role } = parsed;
    const parts = found.get(`${network} ${layer}`) ?? { network, layer };
    parts[role] = tensor;
    found.set(`${network} ${layer}`, parts);
  }
  const alphaOf = usualAlpha(name, metadata);
  return [...found.values()].map(({ network, layer, down, up, alpha }) => {
    if (down === undefined || up === undefined) throw unfit(name, `\`${layer}\` has only one of its two matrices`);
    const rank = down.dims[0] ?? 0;
    if (rank === 0 || up.dims[1] !== rank)
      throw unfit(name, `the matrices of \`${layer}\` are of ranks ${rank} and ${up.dims[1] ?? 0}`);
    const scale = (alpha?.data[0] ?? alphaOf(network) ?? rank) / rank;
    return { network, layer, rank, scale, down: down.data, up: up.data };
  });
}

/** diffusers writes the alpha of all layers into the header. */
function usualAlpha(name: string, metadata: SafeTensors['metadata']): (network: AdapterNetwork) => number | undefined {
  const text = metadata['lora_adapter_metadata'];
  const settings = text === undefined ? {} : readSettings(name, text);
  for (const [setting, value] of Object.entries(settings)) {
    const isPattern = setting.endsWith('alpha_pattern') && Object.keys(value ?? {}).length > 0;
    if ((/use_(?:dora|rslora)$/.test(setting) && value === true) || isPattern)
      throw unfit(name, `its \`${setting}\` is not done here`);
  }
  return (network) => {
    const parts = network === 'network' ? ['unet', 'transformer'] : [network];
    const alpha = parts.map((part) => settings[`${part}.lora_alpha`]).find((value) => value !== undefined);
    return typeof alpha === 'number' ? alpha : undefined;
  };
}

function readSettings(name: string, text: string): Readonly<Record<string, unknown>> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    throw unfit(name, 'its `lora_adapter_metadata` is no JSON object');
  }
}

function unfit(name: string, why: string): ImageFailure {
  return new ImageFailure({
    reason: 'lora-unfit',
    message: `The adapter \`${name}\` can't be used: ${why}`,
    hint: 'Use a LoRA of plain matrices, as kohya or diffusers write it.',
    recovery: 'retry-other',
  });
}
