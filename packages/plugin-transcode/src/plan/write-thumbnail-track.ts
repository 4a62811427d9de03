import type { PlannedThumbnails } from './transcode-plan.ts';

/** Writes WebVTT that names, from each picture's moment to the next one's, a piece of a sheet. `sheets` are file names beside the track. */
export function writeThumbnailTrack(
  plan: PlannedThumbnails,
  sheets: readonly string[],
  durationSeconds: number,
): { text: string; pictures: number } {
  const perSheet = plan.columns * plan.rows;
  const starts = startsOf(plan, durationSeconds).slice(0, sheets.length * perSheet);
  const lines = ['WEBVTT', ''];
  for (const [at, start] of starts.entries()) {
    const cell = at % perSheet;
    const x = (cell % plan.columns) * plan.width;
    const y = Math.floor(cell / plan.columns) * plan.height;
    const end = Math.max(start + 0.001, starts[at + 1] ?? durationSeconds);
    lines.push(
      `${timestamp(start)} --> ${timestamp(end)}`,
      `${sheets[Math.floor(at / perSheet)]}#xywh=${x},${y},${plan.width},${plan.height}`,
      '',
    );
  }
  return { text: lines.join('\n'), pictures: starts.length };
}

/** When the pictures are shown that there are: a source may be shorter than it says. */
function startsOf({ when }: PlannedThumbnails, durationSeconds: number): number[] {
  if ('atSeconds' in when) return when.atSeconds.filter((moment) => moment < durationSeconds);
  const pictures = Math.max(1, Math.ceil(durationSeconds / when.everySeconds - 1e-6));
  return Array.from({ length: pictures }, (_, at) => at * when.everySeconds);
}

function timestamp(seconds: number): string {
  const total = Math.round(seconds * 1000);
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${two(total / 3_600_000)}:${two((total / 60_000) % 60)}:${two((total / 1000) % 60)}.${String(total % 1000).padStart(3, '0')}`;
}
