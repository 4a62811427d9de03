import { z } from 'zod';

/** preprocessor_config.json of CLIP's vision models, as far as the checker's input depends on it. */
export const imageReaderSchema = z.looseObject({
  size: z.union([z.int().min(1), z.looseObject({ shortest_edge: z.int().min(1) })]).default(224),
  crop_size: z.union([z.int().min(1), z.looseObject({ height: z.int().min(1) })]).default(224),
  image_mean: z.array(z.number()).length(3).default([0.48145466, 0.4578275, 0.40821073]),
  image_std: z.array(z.number().positive()).length(3).default([0.26862954, 0.26130258, 0.27577711]),
});

/** A model's own checker of finished pictures, `safety_checker/model.onnx`. */
export interface SafetyChecker {
  /** What becomes of a picture that it flags: its job fails, or it is black. */
  readonly onFlag: 'refuse' | 'blank';
  /** Pixels of the shorter side, and of the square in its middle that the checker sees. */
  readonly shortSide: number;
  readonly side: number;
  /** Of red, green and blue, from 0 to 1. */
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** Puts together what a folder says about its checker. */
export function safetyChecker(
  onFlag: SafetyChecker['onFlag'],
  { size, crop_size, image_mean, image_std }: z.output<typeof imageReaderSchema>,
): SafetyChecker {
  return {
    onFlag,
    shortSide: typeof size === 'number' ? size : size.shortest_edge,
    side: typeof crop_size === 'number' ? crop_size : crop_size.height,
    ...{ mean: image_mean, deviation: image_std },
  };
}
