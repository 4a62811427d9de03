import { ByocError, isByocError } from '../../errors/byoc-error.ts';
import { type Clock, systemClock } from '../../primitives/clock.ts';
import { toByocError } from '../../protocol/errors/to-byoc-error.ts';
import type { Gateway } from '../create-gateway.ts';
import type { Facade } from '../facade/facade.ts';
import { readForm } from '../facade/read-form.ts';
import { readJson } from '../facade/read-json.ts';
import type { RunOptions } from '../job/job.ts';
import { readChatRequest } from './chat-request.ts';
import { readEmbedRequest, toEmbeddings } from './embeddings.ts';
import { errorResponse } from './error-response.ts';
import { IMAGE } from './image-contract.ts';
import { readImageEditRequest } from './image-edit-request.ts';
import { type ImageRequest, readImageRequest } from './image-request.ts';
import { listModels } from './list-models.ts';
import { answerStreamed, answerWhole } from './run-chat.ts';
import { answerImages, answerImagesStreamed } from './run-images.ts';
import { CHAT, EMBED } from './text-contracts.ts';

/** How a façade runs its jobs. */
export interface OpenaiFacadeOptions {
  readonly gateway: Pick<Gateway, 'run' | 'query'>;
  /**
   * Decides, for each request, how its job runs: who may, for how much, where, until when. What it throws is the answer.
   * @default every request, for nothing
   */
  readonly jobOptions?: ((request: Request) => RunOptions | Promise<RunOptions>) | undefined;
  /** Bytes of a request at most, pictures in it included. @default 32 MiB */
  readonly bodyBytesMax?: number | undefined;
  /** @default the machine's */
  readonly clock?: Clock | undefined;
}

type Route = (request: Request, context: RouteContext) => Promise<Response>;

interface RouteContext {
  readonly gateway: Pick<Gateway, 'run' | 'query'>;
  readonly body: () => Promise<Record<string, unknown>>;
  readonly form: () => Promise<FormData>;
  readonly options: RunOptions;
  readonly clock: Clock;
}

/** What this façade runs. */
const CAPABILITIES = [CHAT, EMBED, IMAGE];

/** `METHOD path` → what answers it. Other capabilities of OpenAI's API get their line here. */
const routes: Readonly<Record<string, Route>> = {
  'GET /v1/models': async (_request, { gateway }) =>
    Response.json({ object: 'list', data: listModels(gateway, CAPABILITIES) }),
  async 'POST /v1/chat/completions'(_request, { gateway, body, options, clock }) {
    const chat = readChatRequest(await body());
    const job = gateway.run(CHAT, chat.input, { ...options, model: chat.input.model });
    const answer = chat.stream ? answerStreamed : answerWhole;
    return answer(job, chat, Math.floor(clock.now() / 1000));
  },
  async 'POST /v1/embeddings'(_request, { gateway, body, options }) {
    const embed = readEmbedRequest(await body());
    const job = gateway.run(EMBED, embed.input, { ...options, model: embed.input.model });
    return toEmbeddings(await job.result, embed);
  },
  'POST /v1/images/generations': async (_request, context) =>
    runImages(readImageRequest(await context.body()), context),
  'POST /v1/images/edits': async (_request, context) =>
    runImages(await readImageEditRequest(await context.form()), context),
};

function runImages(request: ImageRequest, { gateway, options, clock }: RouteContext): Promise<Response> {
  const job = gateway.run(IMAGE, request.input, { ...options, model: request.input.model });
  const answer = request.stream ? answerImagesStreamed : answerImages;
  return answer(job, request, Math.floor(clock.now() / 1000));
}

/**
 * Creates a façade that speaks OpenAI's API: `/v1/chat/completions`, `/v1/embeddings`, `/v1/images/generations`, `/v1/images/edits` and
 * `/v1/models`, run by `text/chat`, `text/embed` and `image/generate` offers. A client that goes away cancels its job.
 *
 * @example
 * await using served = await serveFacades({ facades: [createOpenaiFacade({ gateway })] });
 * new OpenAI({ baseURL: `${served.url}/v1`, apiKey: 'none' });
 */
export function createOpenaiFacade(options: OpenaiFacadeOptions): Facade {
  const { gateway, jobOptions = () => ({}), bodyBytesMax = 32 * 1024 ** 2, clock = systemClock } = options;
  return {
    name: 'openai',
    path: '/v1',
    async handle(request) {
      try {
        const path = new URL(request.url).pathname.replace(/\/+$/, '');
        const model = request.method === 'GET' ? /^\/v1\/models\/(.+)$/.exec(path)?.[1] : undefined;
        if (model !== undefined) return oneModel(gateway, decodeURIComponent(model));
        const route = routes[`${request.method} ${path}`];
        if (route === undefined) throw new ByocError('ROUTE_UNKNOWN', { method: request.method, path });
        return await route(request, {
          ...{ gateway, clock },
          body: () => readJson(request, { bytesMax: bodyBytesMax }),
          form: () => readForm(request, { bytesMax: bodyBytesMax }),
          options: { ...(await jobOptions(request)), signal: request.signal },
        });
      } catch (error) {
        return errorResponse(explainModel(toByocError(error), gateway));
      }
    },
  };
}

function oneModel(gateway: Pick<Gateway, 'query'>, id: string): Response {
  const models = listModels(gateway, CAPABILITIES);
  const found = models.find((model) => model.id === id);
  if (found === undefined)
    throw new ByocError('MODEL_NOT_OFFERED', { model: id, offered: models.map((model) => model.id) });
  return Response.json(found);
}

/** A job that only its model kept from every offer asks for a model that is not there. */
function explainModel(error: ByocError, gateway: Pick<Gateway, 'query'>): ByocError {
  if (!isByocError(error, 'NO_OFFER_MATCHES')) return error;
  const { removed, capability } = error.facts;
  const model =
    removed.length === 1 && removed[0]?.filter.startsWith('model ') ? removed[0].filter.slice(6) : undefined;
  if (model === undefined) return error;
  return new ByocError(
    'MODEL_NOT_OFFERED',
    { model, offered: listModels(gateway, [capability]).map(({ id }) => id) },
    { cause: error },
  );
}
