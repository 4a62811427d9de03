import type { GenerateInput } from '../capability/input.ts';
import type { EngineMode } from '../engine/image-engine.ts';
import { ImageFailure } from '../model/image-failure.ts';

/** Refuses a job that the engine can't do whatever it holds. @throws ImageFailure `mode-unsupported` */
export function checkMode({ source }: Pick<GenerateInput, 'source'>, modes: readonly EngineMode[]): void {
  const started: EngineMode = source?.mask === undefined ? 'image-to-image' : 'inpaint';
  const mode = source === undefined ? 'text-to-image' : started;
  if (modes.includes(mode)) return;
  throw new ImageFailure({
    reason: 'mode-unsupported',
    message: `The engine here does not do ${mode}; it does ${modes.join(', ')}`,
    hint: mode === 'inpaint' ? 'Leave `source.mask` out, or choose another offer.' : 'Choose another offer.',
    recovery: 'retry-other',
  });
}
