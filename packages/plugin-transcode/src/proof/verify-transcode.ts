import { join } from 'node:path';
import type { RenditionResult, TranscodeOutput } from '../capability/output.ts';
import { countMp4, countPlaylist, type PictureCount } from './count-pictures.ts';
import { hashFile } from './hash-file.ts';

/** What a job gave: a `JobResult` of video/transcode fits. */
export interface ClaimedTranscode {
  readonly output: TranscodeOutput;
  /** What was billed. */
  readonly usage: Readonly<Record<string, bigint>>;
  readonly parts: readonly { readonly name: string; readonly sha256: string }[];
}

export interface VerifyTranscodeOptions {
  /** Where the files of the result are: what `download` was given. */
  readonly directory: string;
  readonly signal?: AbortSignal | undefined;
}

/** A rendition, counted in its files. */
export interface VerifiedRendition extends PictureCount {
  readonly name: string;
}

/** What the files of a result prove. */
export interface TranscodeProof {
  /** Counted in the files. */
  readonly usage: { readonly pixels: bigint };
  readonly billed: { readonly pixels: bigint };
  /** True when bill, claims and files agree in everything. */
  readonly matches: boolean;
  /** What does not agree, one sentence each. */
  readonly mismatches: readonly string[];
  readonly renditions: readonly VerifiedRendition[];
  /** Every file of the result. */
  readonly files: readonly { readonly name: string; readonly sizeBytes: number; readonly sha256: string }[];
}

/**
 * Recomputes the usage of a transcode from its downloaded files: width × height × pictures, summed over the renditions. Sizes come from the
 * codec's parameters where they are known (H.264, H.265, AV1), counts from the samples that the files hold. Nothing is decoded.
 *
 * @example
 * const result = await gateway.run(transcode, input).result;
 * await result.download('out');
 * const proof = await verifyTranscode(result, { directory: 'out' });
 * if (!proof.matches) console.warn(proof.mismatches);
 *
 * @throws the reason of an aborted `signal`
 */
export async function verifyTranscode(
  claimed: ClaimedTranscode,
  { directory, signal = new AbortController().signal }: VerifyTranscodeOptions,
): Promise<TranscodeProof> {
  const mismatches: string[] = [];
  const attempt = async <T>(what: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      signal.throwIfAborted();
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      mismatches.push(`${what} can't be read: ${reasonOf(error)}.`);
      return undefined;
    }
  };
  const renditions: VerifiedRendition[] = [];
  const parts = new Set(claimed.parts.map(({ name }) => name));
  for (const rendition of claimed.output.renditions) {
    const counts: PictureCount[] = [];
    for (const { what, part, count } of countsOf(rendition, directory, signal)) {
      if (!parts.has(part)) {
        mismatches.push(`${what} names ${JSON.stringify(part)}, which is no file of the result.`);
        continue;
      }
      const counted = await attempt(what, count);
      if (counted === undefined) continue;
      counts.push(counted);
      mismatches.push(...differences(what, rendition, counted));
    }
    const [first] = counts;
    if (first === undefined) mismatches.push(`Rendition ${rendition.name} has no file that can be counted.`);
    else renditions.push({ name: rendition.name, ...first });
  }
  const pixels = renditions.reduce(
    (sum, { width, height, frames }) => sum + BigInt(width * height) * BigInt(frames),
    0n,
  );
  const billed = claimed.usage.pixels ?? 0n;
  if (billed !== pixels) mismatches.push(`${billed} pixels were billed, and the files hold ${pixels}.`);
  const files: { name: string; sizeBytes: number; sha256: string }[] = [];
  for (const { name, sha256 } of claimed.parts) {
    const file = await attempt(`File ${name}`, () => hashFile(join(directory, name), signal));
    if (file === undefined) continue;
    files.push({ name, ...file });
    if (sha256 !== '' && sha256 !== file.sha256) mismatches.push(`File ${name} has not the SHA-256 that was stated.`);
  }
  const usage = { pixels };
  return { usage, billed: { pixels: billed }, matches: mismatches.length === 0, mismatches, renditions, files };
}

/** A rendition may lie there twice: as segments, and as one file. */
function countsOf({ name, playlist, mp4 }: RenditionResult, directory: string, signal: AbortSignal) {
  return [
    ...(playlist === undefined
      ? []
      : [
          {
            what: `Rendition ${name} (HLS)`,
            part: playlist.$part,
            count: () => countPlaylist(directory, playlist.$part, signal),
          },
        ]),
    ...(mp4 === undefined
      ? []
      : [
          {
            what: `Rendition ${name} (MP4)`,
            part: mp4.$part,
            count: () => countMp4(join(directory, mp4.$part)),
          },
        ]),
  ];
}

function differences(what: string, claimed: RenditionResult, counted: PictureCount): string[] {
  const size = (one: { width: number; height: number }) => `${one.width}x${one.height}`;
  return [
    ...(size(claimed) === size(counted) ? [] : [`${what} is said to be ${size(claimed)}, and is ${size(counted)}.`]),
    ...(claimed.frames === counted.frames
      ? []
      : [`${what} is said to have ${claimed.frames} pictures, and has ${counted.frames}.`]),
  ];
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' ? 'it is missing' : message;
}
