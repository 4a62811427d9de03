import type { GenerateChange, GenerateOutput } from '../capability/output.ts';
import type {
  EngineContext,
  EngineEnd,
  EngineJob,
  EngineModel,
  EngineProof,
  EngineStep,
  ImageEngine,
  UpscaleJob,
  UpscaleStep,
} from '../engine/image-engine.ts';
import { memoryOfPicture, planMemory } from '../job/check-memory.ts';
import { readSource } from '../job/read-source.ts';
import { settleJob } from '../job/settle-job.ts';
import type { ModelFolder } from '../model/model-folder.ts';
import { readModelFolder } from '../model/read-model-folder.ts';
import { encodePrompts } from '../pipeline/encode-prompts.ts';
import type { LoadedModel } from '../pipeline/loaded-model.ts';
import { stepsToRun } from '../pipeline/make-latents.ts';
import type { Studio } from '../studio/studio.ts';
import { upscaleInStudio } from '../upscale/upscale-in-studio.ts';
import { BatchVerdicts } from './batch/batch-verdicts.ts';
import { Darkroom } from './batch/darkroom.ts';
import { makeGroup, type PlannedPicture } from './make-group.ts';
import { StepQueue } from './step-queue.ts';

/** A test picture of a model whose look is not known is small, so that starting stays quick. */
const SMALL = 256;

interface OnnxEngineParts {
  readonly open: (signal: AbortSignal) => Promise<Studio>;
  /** Pictures at once. */
  readonly batch: number;
  /** Bytes that can be had now. */
  readonly availableBytes: () => number;
}

/** Runs models of diffusers' ONNX layout in this process. */
export class OnnxEngine implements ImageEngine {
  readonly slots: number;
  readonly modes = ['text-to-image', 'image-to-image', 'inpaint'] as const;
  readonly #parts: OnnxEngineParts;
  readonly #darkroom = new Darkroom(makeGroup(new BatchVerdicts()));
  #studio: Studio | undefined;

  constructor(parts: OnnxEngineParts) {
    this.#parts = parts;
    this.slots = parts.batch;
  }

  get identity() {
    const { version, provider } = this.#started().runtime;
    return { name: 'onnxruntime', version, provider };
  }

  get details() {
    const { runtime, defaultModel, adapters } = this.#started();
    return { defaultModel, loras: [...adapters], passedOver: runtime.passedOver.map((one) => ({ ...one })) };
  }

  async start({ signal, onChange }: EngineContext): Promise<void> {
    this.#studio = await this.#parts.open(signal);
    this.#studio.onChange = onChange;
  }

  models(): readonly EngineModel[] {
    const { models, defaultModel, upscalers, defaultUpscaler, loaded } = this.#started();
    const list = (names: readonly string[], first: string, use: EngineModel['use']) =>
      [first, ...names.filter((name) => name !== first)].map((name) => ({
        ...{ name, use },
        loaded: loaded.has(name),
        memoryBytes: loaded.get(name),
      }));
    return [...list(models, defaultModel, 'generate'), ...list(upscalers, defaultUpscaler, 'upscale')];
  }

  async *generate(job: EngineJob): AsyncGenerator<EngineStep, EngineEnd, undefined> {
    const studio = this.#started();
    const name = job.input.model ?? studio.defaultModel;
    const model = await studio.take(name, job.signal, job.input.loras);
    try {
      return yield* this.#generateWith(model, { ...job, name });
    } finally {
      studio.giveBack(model);
    }
  }

  async *#generateWith(
    model: LoadedModel,
    { name, ...job }: EngineJob & { readonly name: string },
  ): AsyncGenerator<EngineStep, EngineEnd, undefined> {
    const { input } = job;
    const { folder, digest } = model;
    const settled = settleJob(input, folder);
    const { width, height, diffused, steps, guidance, scheduler } = settled;
    const stepsRun = stepsToRun(steps, input.source?.strength);
    yield {
      type: 'settled',
      settings: {
        ...{ width, height, steps, stepsRun, guidance },
        scheduler: input.scheduler ?? scheduler._class_name,
      },
      model: { name, digest, family: folder.family, ...lorasOf(model) },
      // Pixels that were asked for but not diffused are not charged, nor pixels that were diffused but not asked for.
      chargedPixels: Math.min(width * height, diffused.width * diffused.height),
    };
    const isGuided = guidance > 1 && folder.guidedBy === 'prompts';
    const availableBytes = this.#parts.availableBytes();
    const { isSequential } = planMemory(folder, diffused, { isGuided, availableBytes });
    const source = await readSource(job, diffused);
    const queue = new StepQueue<EngineStep>();
    const leaving = new AbortController();
    const signal = AbortSignal.any([job.signal, leaving.signal]);
    const plan = async (): Promise<readonly PlannedPicture[]> => {
      const prompts = await encodePrompts(model, input.prompt, input.negativePrompt, signal);
      const kind = [
        digest,
        lorasOf(model),
        diffused,
        isGuided,
        isSequential,
        steps,
        stepsRun,
        scheduler,
        prompts.prompt.length,
      ];
      return Array.from({ length: input.count }, (_, image) => ({
        key: JSON.stringify([...kind, source?.mask === undefined]),
        most: () => (isSequential ? 1 : this.#mostAtOnce(folder, diffused, isGuided)),
        job: { model, prompts, settled, source },
        ...{ image, isSequential, signal, queue },
        seed: (job.seed + image) % (Number.MAX_SAFE_INTEGER + 1),
        showsPreviews: input.previews !== undefined,
        fail: (error: unknown) => leaving.abort(error),
      }));
    };
    const making = this.#darkroom.make(plan, signal).then(
      () => queue.end(),
      (error: unknown) => queue.fail(error),
    );
    try {
      yield* queue;
    } finally {
      leaving.abort();
      await making;
    }
    return { changes: [...settled.changes, ...missingLayers(model)] };
  }

  upscale(job: UpscaleJob): AsyncGenerator<UpscaleStep, EngineEnd, undefined> {
    return upscaleInStudio(this.#started(), job);
  }

  /** As many pictures as there is memory for. */
  #mostAtOnce(folder: ModelFolder, size: { width: number; height: number }, isGuided: boolean): number {
    const available = this.#parts.availableBytes();
    let most = 1;
    while (most < this.slots && memoryOfPicture(folder, size, (most + 1) * (isGuided ? 2 : 1)) <= available) most += 1;
    return most;
  }

  async proof(): Promise<EngineProof> {
    const studio = this.#started();
    const { settings, nativeSize } = await readModelFolder(studio.path(studio.defaultModel));
    if (settings.fitness !== undefined) {
      const { prompt, seed, steps, perceptualHash } = settings.fitness;
      return { input: { prompt, steps }, seed, perceptualHash };
    }
    const side = Math.min(nativeSize, SMALL);
    return { input: { prompt: 'a photo of a landscape', steps: 2, width: side, height: side }, seed: 1 };
  }

  async close(): Promise<void> {
    await this.#studio?.close();
  }

  #started(): Studio {
    if (this.#studio === undefined) throw new Error('the engine has not started');
    return this.#studio;
  }
}

function lorasOf({ adapters }: LoadedModel): Pick<GenerateOutput['model'], 'loras'> {
  if (adapters.length === 0) return {};
  return { loras: adapters.map(({ name, weight, sha256 }) => ({ name, weight, sha256 })) };
}

/** Adapters may change layers that a model has not: those of a text encoder, or of a larger model of its kind. */
function missingLayers({ adapters }: LoadedModel): GenerateChange[] {
  return adapters.flatMap(({ name, layers, matched }) => {
    if (matched === layers) return [];
    const reason = `${layers - matched} of ${layers} layers of the adapter \`${name}\` are not in the model; the others were used.`;
    return [{ kind: 'adjusted', field: 'loras', reason }];
  });
}
