import { join } from 'node:path';
import { hashModel } from '../model/hash-model.ts';
import { ImageFailure } from '../model/image-failure.ts';
import { mapOnnxFailure } from '../pipeline/map-onnx-failure.ts';
import { toFloats, toTensor } from '../runtime/convert-tensor.ts';
import type { OnnxRuntime, OnnxSession } from '../runtime/onnx-runtime.ts';
import type { LoadedUpscaler, Planes } from './loaded-upscaler.ts';
import type { UpscalerFolder } from './upscaler-folder.ts';

/** Pixels of the large piece's side, about: memory grows with these. */
const LARGE_TILE = 768;
const TILE = { least: 64, most: 256 };
/** Pixels of the piece that shows what a network does. */
const PROBE = 64;
const LARGEST_SCALE = 16;

/** Loads a network and finds by a real run how much it enlarges. @throws ImageFailure */
export async function loadUpscaler(
  runtime: OnnxRuntime,
  folder: UpscalerFolder,
  { threads, signal }: { threads: number; signal: AbortSignal },
): Promise<LoadedUpscaler> {
  const digest = await hashModel(folder, signal);
  signal.throwIfAborted();
  const place = { name: folder.name, part: folder.network };
  const session = await runtime.open(join(folder.path, folder.network), { threads }).catch((error: unknown) => {
    throw mapOnnxFailure(error, { ...place, isLoading: true });
  });
  try {
    const fixed = fixedSize(folder, session);
    const run = (piece: Planes) => runPiece(session, folder, piece);
    const { width, height } = fixed ?? { width: wholeBlocks(PROBE, folder), height: wholeBlocks(PROBE, folder) };
    const made = await run({ width, height, data: new Float32Array(3 * width * height).fill(0.5) });
    const scale = made.width / width;
    if (!Number.isInteger(scale) || scale > LARGEST_SCALE || made.height !== height * scale)
      throw unfit(folder, `makes ${made.width} × ${made.height} pixels of ${width} × ${height}`);
    const side = Math.min(TILE.most, Math.max(TILE.least, Math.floor(LARGE_TILE / scale)));
    const free = { width: wholeBlocks(side, folder), height: wholeBlocks(side, folder) };
    const tile = { ...(fixed ?? free), isFixed: fixed !== undefined };
    return { folder, digest, scale, tile, run, close: () => session.close() };
  } catch (error) {
    await session.close();
    throw error;
  }
}

function wholeBlocks(pixels: number, { block }: UpscalerFolder): number {
  return Math.ceil(pixels / block) * block;
}

/** The size that a network was exported for; undefined where it takes any. @throws ImageFailure for a network of another kind */
function fixedSize(folder: UpscalerFolder, session: OnnxSession): { width: number; height: number } | undefined {
  const [input, ...others] = session.inputs;
  if (input === undefined || others.length > 0) throw unfit(folder, `takes ${session.inputs.length} inputs`);
  const [, channels, height, width, ...more] = input.shape;
  if (width === undefined || more.length > 0) throw unfit(folder, `takes ${input.shape.length} dimensions`);
  if (channels !== 3 && typeof channels === 'number') throw unfit(folder, `takes ${channels} channels`);
  if (input.type !== 'float32' && input.type !== 'float16') throw unfit(folder, `takes \`${input.type}\``);
  if (typeof width !== 'number' || typeof height !== 'number' || width < 1 || height < 1) return undefined;
  return { width, height };
}

async function runPiece(
  session: OnnxSession,
  folder: UpscalerFolder,
  { width, height, data }: Planes,
): Promise<Planes> {
  const [input] = session.inputs;
  const name = session.outputs[0]?.name;
  if (input === undefined || name === undefined) throw unfit(folder, 'has no input, or no output');
  const outputs = await session
    .run({ [input.name]: toTensor(input, [1, 3, height, width], data) }, [name])
    .catch((error: unknown) => {
      throw mapOnnxFailure(error, { name: folder.name, part: folder.network, isLoading: false });
    });
  const made = outputs[name];
  const [batch, channels, high, wide] = made?.dims ?? [];
  if (made === undefined || batch !== 1 || channels !== 3 || high === undefined || wide === undefined)
    throw unfit(folder, `gives [${made?.dims.join(', ')}]`);
  return { width: wide, height: high, data: toFloats(made) };
}

function unfit({ name, network }: UpscalerFolder, does: string): ImageFailure {
  return new ImageFailure({
    reason: 'model-unfit',
    message: `\`${network}\` of the model \`${name}\` ${does}; a network that enlarges takes and gives [1, 3, height, width] of float16 or float32`,
    hint: 'Use a super-resolution network for colour pictures, such as Real-ESRGAN or Swin2SR.',
    recovery: 'retry-other',
  });
}
