import type { UpscaleInput } from '../capability/upscale-input.ts';
import type { EngineEnd, UpscaleJob, UpscaleStep } from '../engine/image-engine.ts';
import { openWholePicture } from '../image/read-picture.ts';
import type { Picture } from '../pipeline/picture.ts';
import { fillTransparent } from '../upscale/fill-transparent.ts';
import { cutExtended, extendPicture } from './frame-picture.ts';
import { imageServerFailures } from './image-server-failures.ts';
import { openServerPicture } from './open-server-picture.ts';
import { planServerUpscale, type ServerUpscalePlan } from './plan-server-upscale.ts';
import type { ServerDialect, ServerUpscaler } from './server-dialect.ts';

/** A colour farther than this from another, of 255, is another one to every upscaler. */
const SEEN = 16;

/** A server that enlarges pictures. */
export interface UpscalingServer {
  readonly upscale: NonNullable<ServerDialect['upscale']>;
  /** Finds the upscaler that a job names. @throws ImageFailure `model-unknown` */
  find(input: UpscaleInput, signal: AbortSignal): Promise<ServerUpscaler>;
}

/** Has a server enlarge a picture, its transparency as one of its own, and looks at what it gave. @throws ImageFailure */
export async function* upscaleOnServer(
  server: UpscalingServer,
  { input, limits, signal, file }: UpscaleJob,
): AsyncGenerator<UpscaleStep, EngineEnd, undefined> {
  const source = await openWholePicture(await file(input.image), limits);
  const upscaler = await server.find(input, signal);
  const plan = planServerUpscale(input, source, upscaler);
  const { scale, width, height, chargedPixels } = plan;
  yield {
    type: 'settled',
    settings: { scale, modelScale: upscaler.scale },
    // These servers tell no digests of them.
    model: { name: upscaler.name, digest: 'unknown' },
    source: { width: source.width, height: source.height },
    ...{ width, height, chargedPixels },
  };
  const picture = await source.read();
  const enlarge = (layer: Picture) => enlargeLayer(server, layer, { plan, upscaler, signal });
  const tiles = picture.alpha === undefined ? 1 : 2;
  const { pixels } = await enlarge({ ...picture, pixels: await fillTransparent(picture) });
  yield { type: 'tile', tile: 1, tiles };
  let alpha: Uint8Array | undefined;
  if (picture.alpha !== undefined) {
    alpha = toAlpha(await enlarge(fromAlpha(picture, picture.alpha)));
    yield { type: 'tile', tile: 2, tiles };
  }
  yield { type: 'picture', picture: { width, height, pixels, alpha } };
  return { changes: plan.changes };
}

async function enlargeLayer(
  server: UpscalingServer,
  layer: Picture,
  how: { readonly plan: ServerUpscalePlan; readonly upscaler: ServerUpscaler; readonly signal: AbortSignal },
): Promise<Picture> {
  const { plan, upscaler, signal } = how;
  const { sent, made, times } = plan;
  const image = await extendPicture(layer, sent);
  const encoded = await server.upscale({ image, upscaler: upscaler.name, times }, signal);
  const large = await openServerPicture(encoded, { maxPixels: made.width * made.height });
  if (large.width !== made.width || large.height !== made.height) {
    const sizes = `${large.width} × ${large.height} pixels where ${made.width} × ${made.height}`;
    throw imageServerFailures.garbled(`a picture of ${sizes} were asked for`);
  }
  if (differs(layer, SEEN) && !differs(large, 0)) throw imageServerFailures.flat();
  return await cutExtended(large, plan);
}

/** Whether a pixel is farther from the first than so much. */
function differs({ pixels }: Picture, by: number): boolean {
  return pixels.some((value, at) => Math.abs(value - (pixels[at % 3] as number)) > by);
}

function fromAlpha({ width, height }: Picture, alpha: Uint8Array): Picture {
  return {
    width,
    height,
    pixels: Uint8Array.from({ length: 3 * alpha.length }, (_, at) => alpha[Math.floor(at / 3)] as number),
  };
}

function toAlpha({ width, height, pixels }: Picture): Uint8Array {
  return Uint8Array.from({ length: width * height }, (_, at) => pixels[3 * at] as number);
}
