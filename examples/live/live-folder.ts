import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { JobOf } from '@byoc/core/gateway';
import type { LiveEvent, live } from '@byoc/plugin-transcode';

/**
 * Writes what a live job hands out into a folder that a web server serves. Files are whole when they appear, a playlist never names one
 * that is not there, and segments are removed a while after the playlists have dropped them.
 *
 * @param options.keepSegments of each rendition. @default 30
 */
export async function writeLiveFolder(
  job: JobOf<typeof live>,
  folder: string,
  options: { keepSegments?: number; onEvent?: (event: LiveEvent) => void } = {},
): Promise<void> {
  const { keepSegments = 30, onEvent = () => {} } = options;
  const open = new Map<string, Uint8Array[]>();
  const segments = new Map<string, string[]>();
  const place = async (name: string, content: string | Uint8Array) => {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(`${path}.part`, content);
    await rename(`${path}.part`, path);
  };
  for await (const frame of job) {
    if (frame.type === 'chunk') {
      const pieces = open.get(frame.part) ?? [];
      pieces.push(frame.data);
      open.set(frame.part, pieces);
      if (!frame.last) continue;
      open.delete(frame.part);
      await place(frame.part, Buffer.concat(pieces));
      if (!frame.part.endsWith('.m4s')) continue;
      const known = segments.get(dirname(frame.part)) ?? [];
      known.push(frame.part);
      segments.set(dirname(frame.part), known);
      for (const old of known.splice(0, Math.max(0, known.length - keepSegments)))
        await rm(join(folder, old), { force: true });
    } else if (frame.type === 'event') {
      if (frame.event.type === 'playlist') await place(frame.event.file, frame.event.text);
      onEvent(frame.event);
    }
  }
}
