import type { TranscodeInput } from '../capability/input.ts';
import type { MediaProbe } from '../media/media-probe.ts';
import { TranscodeFailure } from '../media/transcode-failure.ts';

/** Refuses a job for sound alone that can have none. @throws TranscodeFailure */
export function requireSound(input: Pick<TranscodeInput, 'audio'>, probe: MediaProbe): void {
  if (input.audio.codec === 'none') {
    throw new TranscodeFailure({
      reason: 'nothing-to-make',
      message: 'The job asks for sound, and its `audio.codec` is `none`',
      hint: 'Name a codec for the sound, or ask for pictures.',
      recovery: 'fix-request',
    });
  }
  if (probe.sounds.length > 0) return;
  throw new TranscodeFailure({
    reason: 'source-without-sound',
    message: `The source (${probe.format}) has no sound`,
    hint: 'Send a file with a sound stream.',
    recovery: 'fix-request',
  });
}
