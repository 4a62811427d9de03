/** A model file that the engine serves. */
export interface LlamaModelFile {
  /** What `model` of an input names. */
  readonly name: string;
  /** GGUF; the first file of a split one. */
  readonly path: string;
  /** `sha256:<hex>` that the file must have. @default any */
  readonly digest?: string | undefined;
  /** LoRA adapters that are always on. @default none */
  readonly adapters?: readonly { readonly path: string; readonly scale?: number | undefined }[] | undefined;
}

/** How the engine runs here. */
export interface LlamaEngineOptions {
  /** The first is the default. */
  readonly models: readonly LlamaModelFile[];
  /** Jobs at once, for each model: its parallel sequences. @default 4 */
  readonly slots?: number | undefined;
  /** Tokens of prompt and answer together, for each sequence. @default what fits, at most what the model was trained for and 8192 */
  readonly contextTokens?: number | undefined;
  /** Memory that all loaded models and their contexts may take. @default what this process may still take */
  readonly memoryBytes?: number | undefined;
  /** `cpu` keeps away from graphics cards. @default "auto" */
  readonly gpu?: 'auto' | 'cpu' | undefined;
  /** @default the cores that this process may use */
  readonly threads?: number | undefined;
}
