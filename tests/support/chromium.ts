import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The little of Playwright that tests use. */
export interface Page {
  goto(url: string): Promise<unknown>;
  evaluate<T>(expression: string): Promise<T>;
  on(event: 'console', listener: (message: { text(): string }) => void): void;
}

/** A headless Chromium with one page, gone after `close`. */
export interface OpenBrowser {
  readonly page: Page;
  close(): Promise<void>;
}

/** Opens Debian's Chromium through playwright-core (a development tool, in tools/). */
export async function openChromium(): Promise<OpenBrowser> {
  const require = createRequire(join(import.meta.dirname, '../../tools/package.json'));
  const { chromium } = require('playwright-core');
  const profile = await mkdtemp(join(tmpdir(), 'byoc-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: '/usr/bin/chromium',
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--autoplay-policy=no-user-gesture-required',
    ],
  });
  return {
    page: context.pages()[0] ?? (await context.newPage()),
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** The path of hls.js, built for a page. */
export function hlsScriptPath(): string {
  return createRequire(join(import.meta.dirname, '../../tools/package.json')).resolve('hls.js/dist/hls.min.js');
}

/** The path of dash.js, built for a page. */
export function dashScriptPath(): string {
  // Not every file of the package can be resolved by its name: only its entry is exported.
  return join(import.meta.dirname, '../../tools/node_modules/dashjs/dist/modern/umd/dash.all.min.js');
}
