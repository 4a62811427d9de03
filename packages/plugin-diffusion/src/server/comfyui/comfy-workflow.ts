import type { AskField, PictureAsk } from '../server-dialect.ts';
import type { ServerDefaults } from '../server-options.ts';

/** A graph as ComfyUI's API takes it: nodes by their ids. A link is `[id, output]`. */
export type ComfyNodes = Readonly<
  Record<string, { readonly class_type: string; readonly inputs: Readonly<Record<string, unknown>> }>
>;

/** Pictures of a job by their names on the server. */
export interface UploadedFiles {
  readonly image: string | undefined;
  readonly mask: string | undefined;
}

/** A class of node and its input: what ComfyUI lists choices for. */
export interface ComfyChoice {
  readonly node: string;
  readonly input: string;
}

/** Makes graphs of a kind for pictures. */
export interface ComfyWorkflow {
  readonly takes: ReadonlySet<AskField>;
  readonly takesSource: boolean;
  readonly takesMask: boolean;
  readonly defaults: ServerDefaults;
  /** What the graph is called where it names no model itself. */
  readonly name: string;
  /** Where models, samplers and others are chosen; undefined where the graph fixes them. */
  readonly choices: { readonly [Of in 'model' | 'scheduler' | 'schedule' | 'lora']: ComfyChoice | undefined };
  /** The node whose picture is the result. @default the first that has one */
  readonly pictureNode: string | undefined;
  build(ask: PictureAsk, files: UploadedFiles): ComfyNodes;
}

/** The nodes that run the network, whose progress counts; a decoder or an upscaler tells progress as well. */
export function samplersOf(nodes: ComfyNodes): ReadonlySet<string> {
  return new Set(Object.keys(nodes).filter((id) => /sampler/i.test(nodes[id]?.class_type ?? '')));
}
