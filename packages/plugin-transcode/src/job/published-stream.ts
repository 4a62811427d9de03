import { streamAt } from '../plan/stream-at.ts';
import type { PlannedStream, TranscodePlan } from '../plan/transcode-plan.ts';

/** The stream that manifests name: as it was encoded, or its copy in MPEG-TS. */
export function publishedStream(
  { hls }: Pick<TranscodePlan, 'hls'>,
  stream: PlannedStream & { readonly name: string },
): PlannedStream {
  return hls?.container === 'ts' ? streamAt(`${hls.name}/${stream.name}`) : stream;
}
