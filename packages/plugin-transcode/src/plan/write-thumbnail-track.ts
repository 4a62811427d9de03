import type { PlannedThumbnails } from './transcode-plan.ts';

/** Writes WebVTT that names, for each interval, a piece of a sheet. `sheets` are file names beside the track. */
export function writeThumbnailTrack(
  plan: PlannedThumbnails,
  sheets: readonly string[],
  durationSeconds: number,
): { text: string; pictures: number } {
  const perSheet = plan.columns * plan.rows;
  const pictures = Math.min(
    sheets.length * perSheet,
    Math.max(1, Math.ceil(durationSeconds / plan.everySeconds - 1e-6)),
  );
  const lines = ['WEBVTT', ''];
  for (let at = 0; at < pictures; at += 1) {
    const cell = at % perSheet;
    const x = (cell % plan.columns) * plan.width;
    const y = Math.floor(cell / plan.columns) * plan.height;
    const start = at * plan.everySeconds;
    const end = Math.max(start + 0.001, Math.min(durationSeconds, start + plan.everySeconds));
    lines.push(
      `${timestamp(start)} --> ${timestamp(end)}`,
      `${sheets[Math.floor(at / perSheet)]}#xywh=${x},${y},${plan.width},${plan.height}`,
      '',
    );
  }
  return { text: lines.join('\n'), pictures };
}

function timestamp(seconds: number): string {
  const total = Math.round(seconds * 1000);
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${two(total / 3_600_000)}:${two((total / 60_000) % 60)}:${two((total / 1000) % 60)}.${String(total % 1000).padStart(3, '0')}`;
}
