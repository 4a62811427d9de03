import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Logger, silentLogger } from '@byoc/core';
import { freePort, SupervisedCommand, UpstreamClient } from '@byoc/core/upstream';
import type { GenerateChange } from '../capability/output.ts';
import type {
  EngineContext,
  EngineEnd,
  EngineJob,
  EngineMode,
  EngineModel,
  EngineProof,
  EngineStep,
  ImageEngine,
} from '../engine/image-engine.ts';
import { checkMode } from '../job/check-mode.ts';
import { readSource } from '../job/read-source.ts';
import { stepsToRun } from '../pipeline/make-latents.ts';
import { askedSource } from './asked-source.ts';
import { checkpointWorkflow } from './comfyui/checkpoint-workflow.ts';
import type { ComfyWorkflow } from './comfyui/comfy-workflow.ts';
import { parseWorkflow } from './comfyui/parse-workflow.ts';
import { findUpscaler } from './find-upscaler.ts';
import { imageServerFailures } from './image-server-failures.ts';
import { makeServerPicture } from './make-server-picture.ts';
import { type ProbedServer, probeServer } from './probe-server.ts';
import { type ResolvedServerOptions, resolveServerOptions, type ServerEngineOptions } from './server-options.ts';
import { settleAsk } from './settle-ask.ts';
import { type UpscalingServer, upscaleOnServer } from './upscale-on-server.ts';

const LOOK_MS = 250;

/**
 * Creates an engine in front of an image server: Automatic1111 and its kin, ComfyUI, stable-diffusion.cpp's server, or whatever speaks OpenAI's
 * images API.
 *
 * @example
 * createServerEngine({ baseUrl: 'http://127.0.0.1:8188' })
 * createServerEngine({ command: ['sd-server', '--listen-port', '{port}', '-m', 'model.safetensors'] })
 */
export function createServerEngine(options: ServerEngineOptions): ImageEngine {
  return new ServerEngine(resolveServerOptions(options));
}

class ServerEngine implements ImageEngine {
  readonly #options: ResolvedServerOptions;
  readonly #closing = new AbortController();
  #log: Logger = silentLogger;
  #onChange: () => void = () => {};
  #client: UpstreamClient | undefined;
  #command: SupervisedCommand | undefined;
  #workflow: ComfyWorkflow = checkpointWorkflow;
  #server: ProbedServer | undefined;

  constructor(options: ResolvedServerOptions) {
    this.#options = options;
  }

  get identity() {
    const { dialect, facts } = this.#probed();
    return { name: dialect.kind, version: facts.version, provider: 'server' };
  }

  get slots(): number {
    return this.#options.slots;
  }

  get modes(): readonly EngineMode[] {
    const { takesSource, takesMask } = this.#probed().dialect;
    return [
      'text-to-image',
      ...(takesSource ? (['image-to-image'] as const) : []),
      ...(takesSource && takesMask ? (['inpaint'] as const) : []),
    ];
  }

  get details() {
    return { address: this.#client?.baseUrl ?? '', command: this.#command?.command ?? null };
  }

  async start({ log, signal, onChange }: EngineContext): Promise<void> {
    this.#log = log;
    this.#onChange = onChange;
    const { command, workflowPath } = this.#options;
    if (workflowPath !== undefined) this.#workflow = await readWorkflow(workflowPath);
    const port = command === undefined ? 0 : await freePort();
    const withPort = (text: string) => text.replaceAll('{port}', String(port));
    const baseUrl = withPort(this.#options.baseUrl ?? 'http://127.0.0.1:{port}');
    this.#client = new UpstreamClient(baseUrl, { ...this.#options, failures: imageServerFailures });
    if (command === undefined) await this.#probe(signal);
    else await this.#startCommand(command.map(withPort), signal);
    const { dialect, facts } = this.#probed();
    log.info({ baseUrl, kind: dialect.kind, models: facts.models }, 'server-ready');
  }

  models(): readonly EngineModel[] {
    const { defaultModel, defaultUpscaler } = this.#options;
    const { models, upscalers = [] } = this.#probed().facts;
    // Which of them is loaded is the server's own affair.
    const list = (all: readonly { readonly name: string }[], first: string | undefined, use: EngineModel['use']) =>
      all
        .toSorted((a, b) => Number(b.name === first) - Number(a.name === first))
        .map(({ name }) => ({ name, use, loaded: false }));
    return [...list(models, defaultModel, 'generate'), ...list(upscalers, defaultUpscaler, 'upscale')];
  }

  get upscale(): ImageEngine['upscale'] {
    const { dialect, facts } = this.#probed();
    const upscale = dialect.upscale?.bind(dialect);
    if (upscale === undefined || facts.upscalers === undefined || facts.upscalers.length === 0) return undefined;
    const { defaultUpscaler } = this.#options;
    const server: UpscalingServer = {
      upscale,
      find: ({ model = defaultUpscaler }, signal) =>
        this.#settle((known) => findUpscaler(known.facts.upscalers ?? [], model), signal),
    };
    return (job) => upscaleOnServer(server, job);
  }

  async *generate(job: EngineJob): AsyncGenerator<EngineStep, EngineEnd, undefined> {
    const { input, limits, signal } = job;
    const { dialect } = this.#running();
    const { defaults, defaultModel } = this.#options;
    const { ask, model, changes } = await this.#settle(
      (known) => settleAsk(input, { ...known, defaults, defaultModel }),
      signal,
    );
    const { width, height, steps, guidance } = ask;
    const stepsRun = stepsToRun(steps, input.source?.strength);
    yield {
      type: 'settled',
      settings: { width, height, steps, stepsRun, guidance, scheduler: ask.sampler?.name ?? 'server' },
      model: { name: model.name, digest: model.digest ?? 'unknown', family: dialect.kind },
      chargedPixels: width * height,
    };
    const source = await readSource(job, { width, height });
    // A picture may bring its mask along as its transparency.
    if (input.source !== undefined && source?.mask !== undefined)
      checkMode({ source: { ...input.source, mask: input.source.image } }, this.modes);
    const given = source && (await askedSource(source));
    const isSizeAsked = input.width !== undefined || input.height !== undefined;
    const told: GenerateChange[] = [...changes];
    for (let image = 0; image < input.count; image += 1) {
      const seed = (job.seed + image) % (Number.MAX_SAFE_INTEGER + 1);
      const one = { ...ask, seed, source: given };
      const options = { image, stepsRun, source, isSizeAsked, limits, signal, log: this.#log };
      const made = yield* makeServerPicture(dialect, one, { ...options, wantsPreviews: input.previews !== undefined });
      yield { type: 'picture', image, seed: made.seed, picture: made.picture };
      for (const change of made.changes) if (!told.some(({ reason }) => reason === change.reason)) told.push(change);
    }
    return { changes: told };
  }

  async proof(): Promise<EngineProof> {
    return { input: { prompt: 'a photo of a landscape', steps: 2 }, seed: 1 };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#command?.close();
    await this.#client?.close();
  }

  /** The server is asked again for what it does not have: it may have got it since. */
  async #settle<T>(settle: (server: ProbedServer) => T, signal: AbortSignal): Promise<T> {
    const before = this.#running();
    try {
      return settle(before);
    } catch (error) {
      const facts = await before.dialect.describe(signal).catch(() => {
        signal.throwIfAborted();
        throw error;
      });
      this.#server = { ...before, facts };
      this.#onChange();
      return settle(this.#server);
    }
  }

  async #startCommand(argv: readonly string[], signal: AbortSignal): Promise<void> {
    const log = this.#log;
    const command = new SupervisedCommand(argv, { log, failures: imageServerFailures });
    this.#command = command;
    const waiting = new AbortController();
    const found = this.#awaitServer(AbortSignal.any([signal, waiting.signal]));
    try {
      await Promise.race([command.start(), found]);
    } catch (error) {
      waiting.abort();
      await Promise.allSettled([found, this.close()]);
      throw error;
    }
    command.keepRunning(() => {
      this.#awaitServer(this.#closing.signal).then(this.#onChange, (error: unknown) => {
        if (!this.#closing.signal.aborted) log.error({ err: error }, 'server-silent');
      });
    });
  }

  /** Looks until the server lists its models: it loads one first. */
  async #awaitServer(signal: AbortSignal): Promise<void> {
    const until = Date.now() + this.#options.startWithinMs;
    for (;;) {
      try {
        return await this.#probe(signal);
      } catch (error) {
        signal.throwIfAborted();
        if (Date.now() > until) throw error;
      }
      await sleep(LOOK_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }

  async #probe(signal: AbortSignal): Promise<void> {
    if (this.#client === undefined) throw new Error('the engine has not started');
    this.#server = await probeServer(this.#client, this.#options, { workflow: this.#workflow, log: this.#log, signal });
  }

  #probed(): ProbedServer {
    if (this.#server === undefined) throw new Error('the engine has not started');
    return this.#server;
  }

  #running(): ProbedServer {
    const problem = this.#command?.problem;
    if (this.#command !== undefined && problem !== undefined)
      throw imageServerFailures.restarting(this.#command.command, problem);
    return this.#probed();
  }
}

async function readWorkflow(path: string): Promise<ComfyWorkflow> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw imageServerFailures.workflowBroken(path, `it can't be read (${error.code ?? error.message})`);
  });
  return parseWorkflow(text, path);
}
