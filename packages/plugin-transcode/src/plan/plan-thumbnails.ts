import type { OutputRequestOf } from '../capability/output-request.ts';
import { TranscodeFailure } from '../media/transcode-failure.ts';
import type { PlannedThumbnails } from './transcode-plan.ts';

/** Sizes the pictures and sheets of a thumbnail track; never larger than the source. @throws TranscodeFailure */
export function planThumbnails(
  output: OutputRequestOf<'thumbnails'>,
  size: { width: number; height: number },
  { seconds, rate }: { seconds: number | undefined; rate: number },
): PlannedThumbnails {
  const { name, atSeconds, everySeconds } = output;
  if (atSeconds !== undefined && everySeconds !== undefined) throw bothAsked();
  const most = atSeconds === undefined ? 10 : 1;
  return {
    name,
    track: `${name}/thumbnails.vtt`,
    sheetPattern: `${name}/sprite-%04d.jpg`,
    when:
      atSeconds === undefined
        ? { everySeconds: everySeconds ?? Math.max(1, Math.ceil((seconds ?? 1000) / 100)) }
        : { atSeconds: momentsOf(atSeconds, seconds, rate) },
    ...stillSize(output.width, size),
    columns: output.columns ?? most,
    rows: output.rows ?? most,
  };
}

/** The size of a small picture: even sides, the shape of the large one, and not larger. */
export function stillSize(asked: number, size: { width: number; height: number }): { width: number; height: number } {
  const width = Math.max(2, Math.floor(Math.min(asked, size.width) / 2) * 2);
  return { width, height: Math.max(2, Math.round((width * size.height) / size.width / 2) * 2) };
}

/** Sorted, and one where several lie in the same picture. */
function momentsOf(asked: readonly number[], seconds: number | undefined, rate: number): number[] {
  const late = seconds === undefined ? undefined : asked.find((moment) => moment >= seconds);
  if (late !== undefined) throw outside(late, seconds ?? 0);
  const pictures = asked.map((moment) => Math.floor(moment * rate + 1e-6));
  return [...new Set(pictures)].sort((one, other) => one - other).map((picture) => picture / rate);
}

function bothAsked(): TranscodeFailure {
  return new TranscodeFailure({
    reason: 'thumbnails-contradict',
    message: 'Thumbnails are asked for at intervals and at moments',
    hint: 'Give `everySeconds` or `atSeconds`, or two outputs with names of their own.',
    recovery: 'fix-request',
  });
}

function outside(moment: number, seconds: number): TranscodeFailure {
  return new TranscodeFailure({
    reason: 'thumbnail-outside-source',
    message: `A thumbnail is asked for at ${moment} s, and the pictures end at ${seconds} s`,
    hint: 'Ask for moments before the end; with a clip they count from its start.',
    recovery: 'fix-request',
  });
}
