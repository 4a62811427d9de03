import type { TranscodeInput } from '../capability/input.ts';
import { TranscodeFailure } from '../media/transcode-failure.ts';
import { findOutputs } from './find-output.ts';
import type { PlannedDash, PlannedHls } from './transcode-plan.ts';

/** Where segments go, and which manifests name them. */
export interface PackagingPlan {
  /** Whether anything is encoded. */
  readonly encodes: boolean;
  /** The folder of all fMP4 segments. */
  readonly folder: string;
  /** Whether that folder is not part of the result. */
  readonly scratch: boolean;
  readonly hls: PlannedHls | undefined;
  readonly dash: PlannedDash | undefined;
  /** As asked for. */
  readonly segmentSeconds: number;
}

/** Decides where segments go: one set of them serves HLS, DASH, and the files that are made of them. @throws TranscodeFailure */
export function planPackaging(input: Pick<TranscodeInput, 'outputs' | 'video'>): PackagingPlan {
  const [hls] = findOutputs(input, 'hls');
  const [dash] = findOutputs(input, 'dash');
  if (hls?.container === 'ts' && dash !== undefined) throw notShared();
  if (hls?.container === 'ts') requireTransportable(input.video.codec, ['h264']);
  const own = hls?.container === 'fmp4' ? hls.name : dash?.name;
  const folder = own ?? 'intermediate';
  return {
    encodes: input.outputs.some(({ kind }) => ['hls', 'dash', 'mp4', 'audio'].includes(kind)),
    folder,
    scratch: own === undefined,
    hls: hls && {
      name: hls.name,
      master: `${hls.name}/master.m3u8`,
      container: hls.container,
      iFrames: hls.iFrames && hls.container === 'fmp4',
      soundAlone: hls.soundAlone,
    },
    dash: dash && {
      name: dash.name,
      manifest: `${dash.name}/manifest.mpd`,
      base: dash.name === folder ? '' : `../${folder}/`,
    },
    segmentSeconds: hls?.segmentSeconds ?? dash?.segmentSeconds ?? 4,
  };
}

/** What MPEG-TS can hold, and old devices can play. @throws TranscodeFailure */
export function requireTransportable(codec: string, known: readonly string[]): void {
  if (known.includes(codec)) return;
  throw new TranscodeFailure({
    reason: 'container-unfit',
    message: `MPEG-TS segments can't hold \`${codec}\` here`,
    hint: `Ask for ${known.join(', ')}, or for HLS with \`container: "fmp4"\`.`,
    recovery: 'fix-request',
  });
}

function notShared(): TranscodeFailure {
  return new TranscodeFailure({
    reason: 'segments-not-shared',
    message: 'DASH needs fMP4 segments, and the HLS output asks for MPEG-TS',
    hint: 'Ask for HLS with `container: "fmp4"`, which both share, or for DASH in a job of its own.',
    recovery: 'fix-request',
  });
}
