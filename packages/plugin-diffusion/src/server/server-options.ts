/** What kind of server it is, by the API that it is asked with. */
export type ServerKind = 'a1111' | 'comfyui' | 'sd-server' | 'openai';

/** What a job takes that says nothing, where the server does not say so itself. */
export interface ServerDefaults {
  /** Pixels. @default 512 */
  readonly width?: number | undefined;
  /** Pixels. @default 512 */
  readonly height?: number | undefined;
  /** @default 25 */
  readonly steps?: number | undefined;
  /** @default 7 */
  readonly guidance?: number | undefined;
}

/** How the `server` engine reaches an image server. Give `command`, `baseUrl` or both. */
export interface ServerEngineOptions {
  /**
   * What the worker starts, watches and starts again: an argument vector, for example
   * `['sd-server', '--listen-port', '{port}', '-m', 'model.safetensors']`. `{port}` stands for a free port. Its environment is the worker's.
   */
  readonly command?: readonly string[] | undefined;
  /** Where the server answers, without the path of any API. @default `http://127.0.0.1:{port}`, with a `command` */
  readonly baseUrl?: string | undefined;
  /** @default it is asked */
  readonly kind?: ServerKind | undefined;
  /** `user:password` is sent as basic authorization, anything else as a bearer token. @default none */
  readonly apiKey?: string | undefined;
  /** Of ComfyUI: a file in API format with the names of its inputs under `byoc`. @default text to image, image to image and inpainting with the checkpoints that ComfyUI lists */
  readonly workflowPath?: string | undefined;
  readonly defaults?: ServerDefaults | undefined;
  /** What a job takes that names none. @default the first that the server lists */
  readonly defaultModel?: string | undefined;
  /** What a job of image/upscale takes that names none. @default the first that the server lists and that is no plain resampler */
  readonly defaultUpscaler?: string | undefined;
  /** Jobs at once. These servers make one picture after the other. @default 1 */
  readonly slots?: number | undefined;
  /** How long the server may take until it lists its models. @default 600_000 */
  readonly startWithinMs?: number | undefined;
  /** How long nothing may move once the first step is done: it hangs then. @default 120_000 */
  readonly silenceMs?: number | undefined;
  /** How long it may take until its first step, or the whole picture where a server tells no steps. @default 600_000 */
  readonly firstAnswerMs?: number | undefined;
  /** How often progress is asked for. @default 500 */
  readonly pollMs?: number | undefined;
  /** Tries of a request that was not answered at all. @default 3 */
  readonly triesMax?: number | undefined;
}

/** The options with every default filled in. */
export interface ResolvedServerOptions {
  readonly command: readonly string[] | undefined;
  /** Undefined until a port was found for the command. */
  readonly baseUrl: string | undefined;
  readonly kind: ServerKind | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly workflowPath: string | undefined;
  readonly defaults: ServerDefaults;
  readonly defaultModel: string | undefined;
  readonly defaultUpscaler: string | undefined;
  readonly slots: number;
  readonly startWithinMs: number;
  readonly silenceMs: number;
  readonly firstAnswerMs: number;
  readonly pollMs: number;
  readonly triesMax: number;
}

/** Fills in the defaults. @throws TypeError when neither a command nor an address is there, or the address is none */
export function resolveServerOptions(options: ServerEngineOptions): ResolvedServerOptions {
  const { baseUrl, apiKey } = options;
  const command = options.command?.length === 0 ? undefined : options.command;
  if (command === undefined && baseUrl === undefined)
    throw new TypeError('The server engine needs a `command` or a `baseUrl`.');
  if (baseUrl !== undefined && !/^https?:$/.test(URL.parse(baseUrl.replace('{port}', '1'))?.protocol ?? ''))
    throw new TypeError(`\`baseUrl\` must be an http or https address, got ${JSON.stringify(baseUrl)}.`);
  return {
    command,
    // Many know the address of OpenAI's API by its path.
    baseUrl: baseUrl?.replace(/\/+$/, '').replace(/\/v1$/, ''),
    kind: options.kind,
    headers: apiKey === undefined ? {} : { authorization: authorization(apiKey) },
    workflowPath: options.workflowPath,
    defaults: options.defaults ?? {},
    defaultModel: options.defaultModel,
    defaultUpscaler: options.defaultUpscaler,
    slots: options.slots ?? 1,
    startWithinMs: options.startWithinMs ?? 600_000,
    silenceMs: options.silenceMs ?? 120_000,
    firstAnswerMs: options.firstAnswerMs ?? 600_000,
    pollMs: options.pollMs ?? 500,
    triesMax: options.triesMax ?? 3,
  };
}

function authorization(key: string): string {
  return key.includes(':') ? `Basic ${Buffer.from(key).toString('base64')}` : `Bearer ${key}`;
}
