import type { GenerateInput } from '../capability/input.ts';
import type { GenerateChange } from '../capability/output.ts';
import { imageServerFailures } from './image-server-failures.ts';
import { nameSampler } from './name-sampler.ts';
import type { AskField, PictureAsk, ServerDialect, ServerFacts, ServerModel } from './server-dialect.ts';
import type { ServerDefaults } from './server-options.ts';

/** What a job really asks a server for. */
export interface SettledAsk {
  /** Of the first picture, without what it may start from. */
  readonly ask: Omit<PictureAsk, 'source' | 'seed'>;
  readonly model: ServerModel;
  readonly changes: readonly GenerateChange[];
}

/** What the server engine knows when a job comes. */
export interface KnownServer {
  readonly dialect: Pick<ServerDialect, 'takes'>;
  readonly facts: ServerFacts;
  /** The operator's; they go before the server's. */
  readonly defaults: ServerDefaults;
  readonly defaultModel: string | undefined;
}

const NO_WORDS = 'The server has no such setting, or its workflow does not name it.';

/** Fills in what the input leaves open, and says what the server can't be asked for. @throws ImageFailure for a model, scheduler or adapter that is not there */
export function settleAsk(input: GenerateInput, { dialect, facts, ...own }: KnownServer): SettledAsk {
  const { takes } = dialect;
  const changes: GenerateChange[] = [];
  const ignore = (field: AskField, isAsked: boolean, reason = NO_WORDS) => {
    if (isAsked && !takes.has(field))
      changes.push({ kind: 'ignored', field: field === 'size' ? 'width, height' : field, reason });
  };
  const [lora] = input.loras;
  const missing = takes.has('loras') ? input.loras.find(({ name }) => !facts.loras.includes(name)) : lora;
  if (missing !== undefined) throw imageServerFailures.loraUnknown(missing.name, takes.has('loras') ? facts.loras : []);
  const guidance = input.guidance ?? own.defaults.guidance ?? facts.defaults.guidance ?? 7;
  ignore('size', input.width !== undefined || input.height !== undefined);
  ignore(
    'steps',
    input.steps !== undefined,
    'The server has no such setting; steps are counted as they were asked for.',
  );
  ignore('guidance', input.guidance !== undefined);
  ignore('scheduler', input.scheduler !== undefined);
  ignore('negativePrompt', input.negativePrompt !== '');
  ignore('seed', true, 'The server draws its own seeds and does not tell them: the same seed gives another picture.');
  ignore('strength', input.source !== undefined, 'The server decides how much of the picture it keeps.');
  if (takes.has('negativePrompt') && input.negativePrompt !== '' && guidance <= 1)
    changes.push({ kind: 'ignored', field: 'negativePrompt', reason: 'Without guidance nothing leads away from it.' });
  const model = findModel(facts.models, input.model ?? own.defaultModel);
  return {
    model,
    changes,
    ask: {
      ...{
        prompt: input.prompt,
        negativePrompt: input.negativePrompt,
        model: model.name,
        guidance,
        loras: input.loras,
      },
      width: input.width ?? own.defaults.width ?? facts.defaults.width ?? 512,
      height: input.height ?? own.defaults.height ?? facts.defaults.height ?? 512,
      steps: input.steps ?? own.defaults.steps ?? facts.defaults.steps ?? 25,
      sampler: takes.has('scheduler') ? nameSampler(input.scheduler, facts) : undefined,
    },
  };
}

function findModel(models: readonly ServerModel[], name: string | undefined): ServerModel {
  // A1111 has the beginning of the file's digest behind the name.
  const plain = (title: string) => title.replace(/ \[[0-9a-f]+\]$/, '').replace(/\.(safetensors|ckpt|gguf)$/, '');
  const found =
    name === undefined
      ? models[0]
      : (models.find((model) => model.name === name) ?? models.find((model) => plain(model.name) === plain(name)));
  if (found !== undefined) return found;
  throw imageServerFailures.modelUnknown(
    name ?? 'any',
    models.map((model) => model.name),
  );
}
