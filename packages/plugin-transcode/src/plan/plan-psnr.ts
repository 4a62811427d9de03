import type { TranscodeInput } from '../capability/input.ts';
import type { MediaProbe } from '../media/media-probe.ts';
import { sourceArguments } from './source-arguments.ts';
import type { TranscodePlan } from './transcode-plan.ts';

/** Arguments that compare every rendition with the source in one pass: frame n with frame n. */
export function planPsnr(
  plan: TranscodePlan,
  input: Pick<TranscodeInput, 'clip'>,
  probe: MediaProbe,
  source: { path: string },
): string[] {
  const args = ['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'info', '-progress', 'pipe:3', '-y'];
  if (input.clip !== undefined) args.push('-ss', String(input.clip.startSeconds));
  if (input.clip?.durationSeconds !== undefined) args.push('-t', String(input.clip.durationSeconds));
  args.push(...sourceArguments(source.path));
  for (const { playlist } of plan.renditions)
    args.push('-protocol_whitelist', 'file', '-f', 'hls', '-i', `file:${playlist}`);
  const { num, den } = plan.frameRate;
  const count = `settb=${den}/${num},setpts=N`;
  const chains = [
    `[0:${probe.video?.index ?? 0}]fps=${num}/${den}:start_time=0,${count},split=${plan.renditions.length}${plan.renditions.map((_, at) => `[s${at}]`).join('')}`,
  ];
  for (const [at, { width, height }] of plan.renditions.entries()) {
    chains.push(`[s${at}]scale=${width}:${height}:flags=bicubic,setsar=1,format=yuv420p[r${at}]`);
    chains.push(`[${at + 1}:v:0]${count},setsar=1[d${at}]`, `[d${at}][r${at}]psnr@rendition${at}=shortest=1[q${at}]`);
  }
  args.push('-filter_complex', chains.join(';'));
  for (const at of plan.renditions.keys()) args.push('-map', `[q${at}]`, '-f', 'null', '-');
  return args;
}

/** Reads the averages that the psnr filter prints, in the order of the renditions; 100 where nothing differs. */
export function parsePsnr(stderr: string, renditions: number): (number | undefined)[] {
  return Array.from({ length: renditions }, (_, at) => {
    const match = new RegExp(`\\[psnr@rendition${at} @ [^\\]]*\\] PSNR .*average:([\\d.]+|inf)`).exec(stderr);
    if (match === null) return undefined;
    return match[1] === 'inf' ? 100 : Math.min(100, Number(match[1]));
  });
}
