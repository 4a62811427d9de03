import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  ...{ '.m3u8': 'application/vnd.apple.mpegurl', '.m4s': 'video/iso.segment', '.mp4': 'video/mp4' },
  ...{ '.html': 'text/html', '.js': 'text/javascript' },
};

/** Serves a folder, and a few extra files by path, on this machine. @param options.port 0 takes a free one */
export async function serveFolder(
  folder: string,
  options: { port: number; extra?: Readonly<Record<string, string | Buffer>> },
): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://folder').pathname));
    const content = options.extra?.[path] ?? (await readFile(join(folder, path)).catch(() => undefined));
    if (content === undefined) return void response.writeHead(404).end();
    // A playlist moves: nobody may keep it.
    const cache = path.endsWith('.m3u8') ? 'no-store' : 'max-age=60';
    response.writeHead(200, {
      'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
      'cache-control': cache,
    });
    response.end(content);
  });
  await new Promise<void>((resolve) => server.listen(options.port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
