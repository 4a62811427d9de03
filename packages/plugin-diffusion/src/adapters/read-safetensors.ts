import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import { ImageFailure } from '../model/image-failure.ts';
import { fromFloat16 } from '../runtime/float16.ts';

/** A tensor, as floats whatever it was. */
export interface SafeTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** What a .safetensors file holds. */
export interface SafeTensors {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, SafeTensor>;
}

/** Bytes of a value. */
const SIZES = { F32: 4, F16: 2, BF16: 2 } as const;
/** Of the header, as the format's own library allows. */
const MAX_HEADER_BYTES = 100_000_000;

const headerSchema = z.object({ __metadata__: z.record(z.string(), z.string()).default({}) }).catchall(
  z.object({
    dtype: z.enum(['F32', 'F16', 'BF16']),
    shape: z.array(z.int().min(0)),
    data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
  }),
);

/** Reads a .safetensors file: a header of JSON with places, then numbers. Nothing in it is run. @throws ImageFailure `lora-unfit` */
export async function readSafetensors(path: string): Promise<SafeTensors> {
  const file = await open(path);
  try {
    return await readAll(file, (await file.stat()).size);
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error).replaceAll('\n', ' ') : (error as Error).message;
    throw new ImageFailure(
      {
        reason: 'lora-unfit',
        message: `The adapter \`${basename(path, '.safetensors')}\` can't be read: ${why.slice(0, 300)}`,
        hint: 'Fetch the file again; numbers are float32, float16 or bfloat16.',
        recovery: 'retry-other',
      },
      { cause: error },
    );
  } finally {
    await file.close();
  }
}

async function readAll(file: FileHandle, fileBytes: number): Promise<SafeTensors> {
  const length = Number((await readBytes(file, 0, 8)).readBigUInt64LE());
  if (length > Math.min(MAX_HEADER_BYTES, fileBytes - 8)) throw new Error(`its header is ${length} bytes long`);
  const json: unknown = JSON.parse((await readBytes(file, 8, length)).toString('utf8'));
  const { __metadata__: metadata, ...places } = headerSchema.parse(json);
  const tensors = new Map<string, SafeTensor>();
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(places)) {
    const [from, to] = data_offsets;
    const count = shape.reduce((product, side) => product * side, 1);
    if (to - from !== count * SIZES[dtype] || 8 + length + to > fileBytes)
      throw new Error(`\`${name}\` has ${to - from} bytes at ${from}, for ${count} numbers`);
    const bytes = await readBytes(file, 8 + length + from, to - from);
    tensors.set(name, { dims: shape, data: toFloats(dtype, bytes) });
  }
  return { metadata, tensors };
}

async function readBytes(file: FileHandle, position: number, length: number): Promise<Buffer<ArrayBuffer>> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, position);
  if (bytesRead !== length) throw new Error(`it ends after ${position + bytesRead} bytes`);
  return bytes;
}

function toFloats(dtype: keyof typeof SIZES, bytes: Buffer<ArrayBuffer>): Float32Array {
  const { buffer } = new Uint8Array(bytes);
  if (dtype === 'F32') return new Float32Array(buffer);
  const halves = new Uint16Array(buffer);
  if (dtype === 'F16') return fromFloat16(halves);
  // bfloat16 is the upper half of a float.
  return new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);
}
