import type { Progress } from '@byoc/core';
import cliProgress from 'cli-progress';

/** Shows the progress of a job or an install; silent where standard error is not a terminal, but for stage changes. */
export interface ProgressLine {
  show(progress: Progress): void;
  stop(): void;
}

/** Creates a progress line on standard error. */
export function createProgressLine({ quiet, title }: { quiet: boolean; title: string }): ProgressLine {
  if (quiet) return { show() {}, stop() {} };
  if (!process.stderr.isTTY) {
    let last = '';
    return {
      show({ stage, message }) {
        const text = [stage, message].filter(Boolean).join(': ');
        if ((stage ?? '') !== last) process.stderr.write(`${title}: ${text}\n`);
        last = stage ?? '';
      },
      stop() {},
    };
  }
  const bar = new cliProgress.SingleBar(
    {
      format: `${title} {bar} {percentage}%  {note}`,
      stream: process.stderr,
      hideCursor: true,
      clearOnComplete: true,
      barsize: 24,
    },
    cliProgress.Presets.shades_classic,
  );
  let started = false;
  return {
    show({ fraction, stage, message, details }) {
      if (!started) bar.start(1, 0, { note: '' });
      started = true;
      const figures = details === undefined ? '' : formatFigures(details);
      const note = [stage, figures || message]
        .filter(Boolean)
        .join('  ')
        .slice(0, Math.max(10, (process.stderr.columns ?? 80) - 50));
      if (fraction === undefined) bar.update({ note });
      else bar.update(fraction, { note });
    },
    stop() {
      if (started) bar.stop();
      started = false;
    },
  };
}

function formatFigures(details: Record<string, unknown>): string {
  const { step, steps, fps, speed, etaMs } = details as Record<string, number | undefined>;
  return [
    step === undefined || steps === undefined ? '' : `step ${Number(step)}/${Number(steps)}`,
    fps === undefined ? '' : `${Math.round(fps)} fps`,
    speed === undefined ? '' : `${speed.toFixed(2)}x`,
    etaMs === undefined ? '' : `${Math.ceil(etaMs / 1000)} s left`,
  ]
    .filter(Boolean)
    .join('  ');
}
