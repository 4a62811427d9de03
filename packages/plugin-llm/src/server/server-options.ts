/** How the `server` engine reaches an OpenAI-compatible server. Give `command`, `baseUrl` or both. */
export interface ServerEngineOptions {
  /**
   * What the worker starts, watches and starts again: an argument vector, for example `['vllm', 'serve', 'Qwen/Qwen3-4B', '--port', '{port}']`.
   * `{port}` stands for a free port. Its environment is the worker's.
   */
  readonly command?: readonly string[] | undefined;
  /** Where the server answers, `/v1` included. @default `http://127.0.0.1:{port}/v1`, with a `command` */
  readonly baseUrl?: string | undefined;
  /** Sent as `Authorization: Bearer`. @default none */
  readonly apiKey?: string | undefined;
  /** Jobs at once. @default what llama-server says of itself, else 8 */
  readonly slots?: number | undefined;
  /** How long the server may take until it lists a model. @default 600_000 */
  readonly startWithinMs?: number | undefined;
  /** How long it may say nothing once an answer has begun: it hangs then. @default 60_000 */
  readonly silenceMs?: number | undefined;
  /** How long it may take to begin an answer, the reading of the prompt included. @default 300_000 */
  readonly firstAnswerMs?: number | undefined;
  /** Tries of a request that was not answered at all. @default 3 */
  readonly triesMax?: number | undefined;
}

/** The options with every default filled in. */
export interface ResolvedServerOptions {
  readonly command: readonly string[] | undefined;
  /** Undefined until a port was found for the command. */
  readonly baseUrl: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly slots: number | undefined;
  readonly startWithinMs: number;
  readonly silenceMs: number;
  readonly firstAnswerMs: number;
  readonly triesMax: number;
}

/** Fills in the defaults. @throws TypeError when neither a command nor an address is there, or the address is none */
export function resolveServerOptions(options: ServerEngineOptions): ResolvedServerOptions {
  const { command, baseUrl, apiKey, slots } = options;
  if ((command === undefined || command.length === 0) && baseUrl === undefined)
    throw new TypeError('The server engine needs a `command` or a `baseUrl`.');
  if (baseUrl !== undefined && !/^https?:$/.test(URL.parse(baseUrl)?.protocol ?? ''))
    throw new TypeError(`\`baseUrl\` must be an http or https address, got ${JSON.stringify(baseUrl)}.`);
  return {
    command: command?.length === 0 ? undefined : command,
    baseUrl: baseUrl?.replace(/\/+$/, ''),
    headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
    slots,
    startWithinMs: options.startWithinMs ?? 600_000,
    silenceMs: options.silenceMs ?? 60_000,
    firstAnswerMs: options.firstAnswerMs ?? 300_000,
    triesMax: options.triesMax ?? 3,
  };
}
