import type { SyncOption } from '../../ffmpeg/find-ffmpeg.ts';
import type { ResolvedRateControl } from '../../plan/encoders/encoder.ts';
import type { Rung } from '../../plan/select-ladder.ts';
import { LIVE_TICKS } from '../media/media-segment.ts';
import { FEED_TICKS, MARK, MARK_BY_TICKS, MARK_BY_TIME } from './feed-clock.ts';

/** How every rendition of a live stream is encoded. */
export interface LiveVideoSettings {
  readonly codec: 'h264';
  readonly preset: string;
  readonly profile: string;
  readonly maxFrameRate?: number | undefined;
}

/** The first file descriptor that a rendition is written to; the next ones follow. Progress comes on the one before. */
export const FIRST_RENDITION_FD = 4;

/**
 * Arguments of the one ffmpeg of a live stream: fragmented MP4 on standard input, one fragmented MP4 a rendition out. Nothing waits inside
 * it: no B-frames, no lookahead, no frame threads, and no muxer that interleaves. Pure.
 */
export function planLiveEncoder(
  rungs: readonly Rung[],
  settings: LiveVideoSettings,
  { decoderThreads, syncOption }: { decoderThreads: number; syncOption: SyncOption },
): string[] {
  const args = ['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'level+warning', '-progress', 'pipe:3'];
  // All that is to be known is in the first fragment: nothing more is waited for.
  args.push('-threads', String(decoderThreads), '-fpsprobesize', '0', '-analyzeduration', '0');
  args.push(
    '-copyts',
    '-protocol_whitelist',
    'pipe',
    '-f',
    'mov',
    '-i',
    'pipe:0',
    '-filter_complex',
    filterGraph(rungs, settings),
  );
  for (const [at, { rateControl }] of rungs.entries()) {
    args.push(
      ...['-map', `[v${at}]`, '-c:v', 'libx264', '-preset', settings.preset, '-profile:v', settings.profile],
      ...['-tune', 'zerolatency', ...rateArguments(rateControl), '-sc_threshold', '0', '-flags', '+cgop'],
      // Keyframes come where a mark asks for one, and nowhere else.
      ...['-g', '1000000', '-keyint_min', '1000000', '-forced-idr', '1'],
      ...['-force_key_frames', `expr:between(${MARK_BY_TIME},${MARK.first},${MARK.closing})`],
      ...[syncOption, 'passthrough', '-enc_time_base', `1:${FEED_TICKS}`, '-video_track_timescale', String(LIVE_TICKS)],
      ...['-movflags', '+frag_keyframe+empty_moov+default_base_moof', '-flush_packets', '1', '-f', 'mp4'],
      `pipe:${FIRST_RENDITION_FD + at}`,
    );
  }
  return args;
}

function filterGraph(rungs: readonly Rung[], { maxFrameRate }: LiveVideoSettings): string {
  const pushing = `eq(${MARK_BY_TICKS},${MARK.pushing})`;
  // A little under the interval, so that rounding never drops a picture that is due.
  const due =
    maxFrameRate === undefined
      ? '1'
      : `(gt(${MARK_BY_TICKS},0)+isnan(prev_selected_t)+gte(t-prev_selected_t,${(0.95 / maxFrameRate).toFixed(6)}))`;
  const chains = [
    `[0:v]select='not(${pushing})*${due}',format=yuv420p,` +
      `drawbox=color=black:t=fill:enable='eq(${MARK_BY_TIME},${MARK.closing})',split=${rungs.length}` +
      rungs.map((_, at) => `[s${at}]`).join(''),
  ];
  for (const [at, { width, height }] of rungs.entries())
    chains.push(`[s${at}]scale=${width}:${height}:flags=bicubic,setsar=1[v${at}]`);
  return chains.join(';');
}

function rateArguments(control: ResolvedRateControl): string[] {
  const capped = (bitrate: number) => ['-maxrate', String(bitrate), '-bufsize', String(bitrate * 2)];
  switch (control.mode) {
    case 'crf':
      return ['-crf', String(control.crf), ...(control.maxBitrate === undefined ? [] : capped(control.maxBitrate))];
    case 'vbr':
      return ['-b:v', String(control.bitrate), ...capped(control.maxBitrate)];
    case 'cbr':
      return ['-b:v', String(control.bitrate), '-minrate', String(control.bitrate), ...capped(control.bitrate)];
  }
}
