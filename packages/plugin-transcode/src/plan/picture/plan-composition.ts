import type { PictureSettings } from '../../capability/picture-settings.ts';
import { displaySize, type VideoStream } from '../../media/media-probe.ts';
import { TranscodeFailure } from '../../media/transcode-failure.ts';

/** A size in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What is cut off, and where the rest stands on a larger canvas. */
export interface Composition {
  /** The size that a viewer sees, from which the ladder is made. */
  readonly size: Size;
  /** For the shared part of the graph; undefined when nothing is cut off. */
  readonly crop: string | undefined;
  /** Where the source's pictures are in an output of this size; the rest is canvas. */
  place(output: Size): Size & { readonly x: number; readonly y: number };
}

/** Plans crop, then pad. Both count in pixels as they are displayed. @throws TranscodeFailure */
export function planComposition({ crop, pad }: Pick<PictureSettings, 'crop' | 'pad'>, video: VideoStream): Composition {
  const shown = displaySize(video);
  const turned = video.rotation % 180 !== 0;
  const decoded = turned ? { width: video.height, height: video.width } : video;
  // Pixels that are not square are cropped before they are squared.
  const factor = { x: decoded.width / shown.width, y: decoded.height / shown.height };
  const { left = 0, right = 0, top = 0, bottom = 0 } = crop ?? {};
  const isCropped = left + right + top + bottom > 0;
  // Colours have half the resolution: rather an even pixel more is cut off than one left that shall not be seen.
  const up = (pixels: number) => Math.ceil(Math.round(pixels * 100) / 200) * 2;
  const [x, y] = [up(left * factor.x), up(top * factor.y)];
  const kept = isCropped
    ? {
        width: Math.floor((decoded.width - x - up(right * factor.x)) / 2) * 2,
        height: Math.floor((decoded.height - y - up(bottom * factor.y)) / 2) * 2,
      }
    : { width: decoded.width, height: decoded.height };
  if (isCropped && (kept.width < 16 || kept.height < 16)) throw tooMuch(shown);
  const content = isCropped
    ? { width: Math.round(kept.width / factor.x), height: Math.round(kept.height / factor.y) }
    : shown;
  const size = pad === undefined ? content : canvasOf(content, pad.aspect);
  return {
    size,
    crop: isCropped ? `crop=${kept.width}:${kept.height}:${x}:${y}` : undefined,
    place(output) {
      if (pad === undefined) return { ...output, x: 0, y: 0 };
      const even = (pixels: number, most: number) => Math.min(most, Math.max(2, Math.round(pixels / 2) * 2));
      const width = even((content.width * output.width) / size.width, output.width);
      const height = even((content.height * output.height) / size.height, output.height);
      const middle = (gap: number) => Math.floor(gap / 4) * 2;
      return { width, height, x: middle(output.width - width), y: middle(output.height - height) };
    },
  };
}

/** The smallest canvas of an aspect that holds a picture. */
function canvasOf({ width, height }: Size, aspect: string): Size {
  const [across = 1, down = 1] = aspect.split(':').map(Number);
  const wide = (height * across) / down;
  return wide >= width
    ? { width: Math.round(wide / 2) * 2, height }
    : { width, height: Math.round((width * down) / across / 2) * 2 };
}

function tooMuch({ width, height }: Size): TranscodeFailure {
  return new TranscodeFailure({
    reason: 'crop-too-large',
    message: `What is left of the picture of ${width}x${height} after the crop is smaller than 16x16`,
    hint: 'Cut off less: `picture.crop` counts the pixels to remove at each side, as they are displayed.',
    recovery: 'fix-request',
  });
}
