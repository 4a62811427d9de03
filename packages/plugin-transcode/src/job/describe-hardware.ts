import type { TranscodeOutput } from '../capability/output.ts';
import type { VideoSettings } from '../capability/video-settings.ts';
import type { Encoding } from '../plan/encoding.ts';
import type { TranscodePlan } from '../plan/transcode-plan.ts';

export type HardwareResult = NonNullable<TranscodeOutput['hardware']>;

/** Says which encoders ran on a card, and why these; undefined where nothing was encoded. `failures` are tries that came before. */
export function describeHardware(
  { renditions, frames }: Pick<TranscodePlan, 'renditions' | 'frames'>,
  { problems }: Pick<Encoding, 'problems'>,
  asked: VideoSettings['hardware'],
  failures: readonly string[],
): HardwareResult | undefined {
  if (renditions.length === 0) return undefined;
  const used = [...new Set(renditions.flatMap(({ encoder, family }) => (family === 'software' ? [] : [encoder])))];
  const left = renditions.filter(({ family }) => family === 'software').map(({ name }) => name);
  const cards = Object.entries(problems).filter(([name]) => /_(nvenc|qsv|vaapi|videotoolbox)$/.test(name));
  let reason = 'every rendition was encoded on the card';
  if (asked === 'never') reason = 'the job asked for none';
  else if (failures.length > 0) reason = failures.join('; ');
  else if (used.length > 0 && left.length > 0) reason = `the card has no session left for ${left.join(', ')}`;
  else if (used.length === 0)
    reason = `no card works here: ${cards.map(([name, problem]) => `${name}: ${problem}`).join('; ') || 'none encodes this codec'}`;
  return { used, frames, reason };
}
