import type { Clock } from '../../primitives/clock.ts';
import type { RuntimeProgress } from '../../runtime/container-runtime.ts';

/** Not more often than a person can read. */
const PAUSE_MS = 100;

/** Adds up the bytes of a model's files. */
export interface ProgressMeter {
  /** Bytes of the present file. */
  show(bytes: number, totalBytes: number | undefined): void;
  /** The present file is whole. */
  done(bytes: number): void;
}

/** Makes a meter. `totalBytes` is not a number when the size of a file is not known before it comes. */
export function createProgressMeter(options: {
  model: string;
  totalBytes: number;
  clock: Clock;
  onProgress: (progress: RuntimeProgress) => void;
}): ProgressMeter {
  const { model, totalBytes, clock, onProgress } = options;
  let doneBytes = 0;
  let shownAt = Number.NEGATIVE_INFINITY;
  const tell = (bytes: number, total: number) => {
    shownAt = clock.now();
    const of = Number.isNaN(total) ? '' : ` of ${formatBytes(total)}`;
    const fraction = Number.isNaN(total) ? {} : { fraction: total === 0 ? 1 : bytes / total };
    onProgress({ stage: 'model', message: `${model}: ${formatBytes(bytes)}${of}`, ...fraction });
  };
  return {
    show(bytes, fileBytes = Number.NaN) {
      if (clock.now() - shownAt < PAUSE_MS) return;
      // Of a model of one file, the server tells the size.
      tell(doneBytes + bytes, Number.isNaN(totalBytes) && doneBytes === 0 ? fileBytes : totalBytes);
    },
    done(bytes) {
      doneBytes += bytes;
      tell(doneBytes, totalBytes);
    },
  };
}

function formatBytes(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}
