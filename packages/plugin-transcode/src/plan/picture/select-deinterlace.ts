import type { PictureSettings } from '../../capability/picture-settings.ts';
import type { VideoStream } from '../../media/media-probe.ts';
import type { FieldScan } from '../../media/parse-field-scan.ts';

/** How interlaced pictures become whole ones. */
export interface Deinterlace {
  /** For `-filter_complex`. */
  readonly filter: string;
  /** Pictures out for a picture in. */
  readonly factor: 1 | 2;
  readonly warnings: readonly string[];
}

/** Heights and rates of television: where pictures are interlaced though nothing says so. */
const TELEVISION_HEIGHTS = new Set([480, 486, 512, 576, 608, 1080, 1088]);
const TELEVISION_RATES = [25, 30_000 / 1001];

/** Pictures that must have been told apart for a scan to count. */
const TOLD_MIN = 8;

/** Tells whether some seconds of a source must be looked at to know if it is interlaced. */
export function needsFieldScan(settings: Pick<PictureSettings, 'deinterlace'>, video: VideoStream): boolean {
  return settings.deinterlace.when === 'auto' && mayHaveFields(video);
}

/** Tells whether pictures are said to be interlaced, or have the size and rate of those that are. */
export function mayHaveFields(video: VideoStream): boolean {
  if (claimsFields(video)) return true;
  const { num, den } = video.averageRate ?? { num: 0, den: 1 };
  return (
    TELEVISION_HEIGHTS.has(video.height) && TELEVISION_RATES.some((rate) => Math.abs(num / den / rate - 1) < 0.0005)
  );
}

/** Decides about deinterlacing; undefined when pictures stay as they are. */
export function selectDeinterlace(
  settings: Pick<PictureSettings, 'deinterlace'>,
  video: VideoStream,
  scan: FieldScan | undefined,
): Deinterlace | undefined {
  const { when, pictureFor } = settings.deinterlace;
  if (when === 'never') return undefined;
  // Fine detail looks combed both ways; fields that really are apart always lie in the same order.
  const combed = scan === undefined ? 0 : Math.abs(scan.topFirst - scan.bottomFirst);
  const told = scan === undefined ? 0 : scan.topFirst + scan.bottomFirst + scan.progressive;
  // A scan of still pictures tells nothing; then the claim counts.
  const isCombed = told < TOLD_MIN ? claimsFields(video) : combed / told > (claimsFields(video) ? 0.2 : 0.3);
  if (when === 'auto' && !isCombed) return undefined;
  const isTelecined = scan !== undefined && told >= TOLD_MIN && scan.repeated / scan.pictures > 0.12;
  const mode = pictureFor === 'field' ? 'send_field' : 'send_frame';
  return {
    filter: `bwdif=mode=${mode}:parity=${parity(video, scan)}:deint=all`,
    factor: pictureFor === 'field' ? 2 : 1,
    warnings: isTelecined
      ? ['The source looks like film with 3:2 pulldown: it was deinterlaced; its film rate was not restored.']
      : [],
  };
}

function claimsFields({ fieldOrder }: VideoStream): boolean {
  return fieldOrder === 'top-first' || fieldOrder === 'bottom-first';
}

/** What was seen, when it is clear; then what is claimed; then what each picture says. */
function parity({ fieldOrder }: VideoStream, scan: FieldScan | undefined): 'tff' | 'bff' | 'auto' {
  const [top, bottom] = [scan?.topFirst ?? 0, scan?.bottomFirst ?? 0];
  if (top >= TOLD_MIN && top > bottom * 4) return 'tff';
  if (bottom >= TOLD_MIN && bottom > top * 4) return 'bff';
  if (fieldOrder === 'top-first') return 'tff';
  return fieldOrder === 'bottom-first' ? 'bff' : 'auto';
}
