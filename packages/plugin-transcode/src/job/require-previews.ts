import type { TranscodeInput } from '../capability/input.ts';
import type { FoundFfmpeg } from '../ffmpeg/find-ffmpeg.ts';
import { listEncoders } from '../ffmpeg/list-encoders.ts';
import { TranscodeFailure } from '../media/transcode-failure.ts';
import { findOutputs } from '../plan/find-output.ts';
import { PREVIEW_ENCODER } from '../plan/plan-preview.ts';

/** Refuses previews where this ffmpeg can't make them, before anything is encoded. @throws TranscodeFailure `encoder-missing` */
export async function requirePreviews(
  input: Pick<TranscodeInput, 'outputs'>,
  found: FoundFfmpeg,
  signal: AbortSignal,
): Promise<void> {
  if (findOutputs(input, 'preview').length === 0 || (await listEncoders(found, signal)).has(PREVIEW_ENCODER)) return;
  throw new TranscodeFailure({
    reason: 'encoder-missing',
    message: `The ffmpeg here makes no previews: it was built without \`${PREVIEW_ENCODER}\` (libwebp)`,
    hint: 'Leave the preview out, or choose another offer.',
    recovery: 'retry-other',
  });
}
