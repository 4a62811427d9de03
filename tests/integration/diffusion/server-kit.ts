import { isByocError, type Logger, silentLogger } from '@byoc/core';
import type { ImageEngine } from '@byoc/plugin-diffusion/engine';
import { createServerEngine, type ServerEngineOptions } from '@byoc/plugin-diffusion/server';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { createDraughtsman, type Draughtsman } from '../../support/image-server/draughtsman.ts';
import type { ImageServer } from '../../support/image-server/image-server.ts';
import { openTestEngine, openTestStudio, type RunJobOptions, runJobOn } from './run-job.ts';

export const size = { width: 128, height: 128 };
/** A job that takes no time. */
export const quick = { ...size, prompt: 'a red circle', steps: 2, seed: 7 };

/** A server of a test and an engine in front of it, both closed after each. The server draws with the built-in model. */
export class ServerKit<Server extends ImageServer = ImageServer> {
  readonly #draughtsman = Promise.withResolvers<Draughtsman>();
  server!: Server;
  engine!: ImageEngine;

  constructor() {
    beforeAll(async () => {
      const studio = await openTestStudio();
      afterAll(() => studio.close());
      const drawing = await openTestEngine(studio);
      const draughtsman = createDraughtsman({
        ...{ identity: drawing.identity, slots: 1, modes: drawing.modes },
        ...{ start: async () => {}, models: () => [], proof: () => drawing.proof(), close: async () => {} },
        generate: (job) => drawing.generate({ ...job, input: { ...job.input, model: 'builtin' } }),
        upscale: (job) => drawing.upscale(job),
      });
      this.#draughtsman.resolve(draughtsman);
    });
    afterEach(async () => {
      await this.engine?.close();
      await this.server?.[Symbol.asyncDispose]();
    });
  }

  async start(
    server: (draughtsman: Draughtsman) => Promise<Server>,
    options: ServerEngineOptions = {},
    log: Logger = silentLogger,
  ): Promise<void> {
    this.server = await server(await this.#draughtsman.promise);
    await this.open(options, log);
  }

  async open(options: ServerEngineOptions = {}, log: Logger = silentLogger): Promise<void> {
    this.engine = createServerEngine({ baseUrl: this.server.baseUrl, pollMs: 20, ...options });
    await this.engine.start({ log, tmp: '/nowhere', signal: new AbortController().signal, onChange() {} });
  }

  run(input: object = quick, options: RunJobOptions = {}) {
    return runJobOn(this.engine, input, options);
  }

  /** What a job fails with. It leaves nothing behind. */
  async failure(input: object = quick, { onEnd }: Pick<RunJobOptions, 'onEnd'> = {}) {
    const error = await this.run(input, {
      onEnd(end) {
        expect(end.left).toEqual([]);
        onEnd?.(end);
      },
    }).then(
      () => expect.unreachable(),
      (thrown: unknown) => thrown,
    );
    if (!isByocError(error, 'JOB_FAILED')) throw error;
    return error.facts;
  }

  /** What was sent last to a path. */
  lastBody(path: string): unknown {
    return this.server.asked.findLast((one) => one.path === path)?.body;
  }
}
