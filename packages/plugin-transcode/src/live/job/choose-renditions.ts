import type { RenditionRequest } from '../../capability/video-settings.ts';
import { TranscodeFailure } from '../../media/transcode-failure.ts';
import { type Rung, selectLadder } from '../../plan/select-ladder.ts';
import type { LiveInput, LiveUpdate } from '../live-capability.ts';

/** Chooses sizes for a source. @throws TranscodeFailure */
export function chooseRenditions(
  input: Pick<LiveInput, 'video'>,
  ladder: LiveInput['ladder'],
  source: { width: number; height: number; frameRate: number },
): readonly Rung[] {
  const video = { keyframeSeconds: 2, ...input.video };
  const { rungs } = selectLadder({ ladder, video }, source, source.frameRate);
  if (rungs.some(({ name }) => name === 'audio')) {
    throw new TranscodeFailure({
      reason: 'name-taken',
      message: 'The name `audio` is taken',
      hint: 'Give each rendition another name.',
      recovery: 'fix-request',
    });
  }
  return rungs;
}

/** Requests that lead to the same renditions again, whatever the next source's size is: names stay for the whole stream. */
export function requestsOf(rungs: readonly Rung[]): readonly RenditionRequest[] {
  return rungs.map(({ name, width, height, rateControl }) => ({ name, width, height, rateControl }));
}

/** Applies an update to the requests; a text says why not. */
export function applyUpdate(
  requests: readonly RenditionRequest[],
  update: LiveUpdate,
): readonly RenditionRequest[] | string {
  const unknown = update.renditions.find(({ name }) => !requests.some((one) => one.name === name));
  if (unknown !== undefined) {
    const known = requests.map(({ name }) => name).join(', ');
    return `The stream has no rendition \`${unknown.name}\`; it has ${known}.`;
  }
  return requests.map((request) => {
    const change = update.renditions.find(({ name }) => name === request.name);
    if (change === undefined) return request;
    const { width, height, videoBitrate, rateControl } = change;
    const resized = width === undefined && height === undefined ? {} : { width, height };
    const rate = rateControl ?? (videoBitrate === undefined ? request.rateControl : capAt(request, videoBitrate));
    return { name: request.name, width: request.width, height: request.height, ...resized, rateControl: rate };
  });
}

function capAt({ rateControl }: RenditionRequest, bitrate: number): RenditionRequest['rateControl'] {
  if (rateControl === undefined || rateControl.mode === 'crf')
    return { mode: 'crf', crf: rateControl?.crf ?? 23, maxBitrate: bitrate };
  return { mode: rateControl.mode, bitrate };
}
