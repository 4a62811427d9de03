import { z } from 'zod';
import { imageServerFailures } from '../image-server-failures.ts';
import type { ComfyChoice } from './comfy-workflow.ts';

const queuedSchema = z.object({ prompt_id: z.string().min(1) });

/** The id of a job that was queued. @throws ImageFailure server-garbled */
export function readPromptId(answer: unknown): string {
  const parsed = queuedSchema.safeParse(answer);
  if (!parsed.success) throw imageServerFailures.garbled('an answer without the id of a job');
  return parsed.data.prompt_id;
}

const fileSchema = z.object({ filename: z.string(), subfolder: z.string().default(''), type: z.string() });
/** A picture on the server's disk. */
export type ComfyFile = z.output<typeof fileSchema>;

/** Messages of a status are pairs of a type and facts. */
const messagesSchema = z.array(z.tuple([z.string(), z.looseObject({})]).catch(['', {}]));
const entrySchema = z.object({
  outputs: z.record(z.string(), z.object({ images: z.array(fileSchema).nullish() }).catch({})),
  status: z.object({ status_str: z.string().nullish(), messages: messagesSchema.nullish() }).nullish(),
});
const errorSchema = z.object({
  exception_message: z.string(),
  exception_type: z.string().nullish(),
  node_type: z.string().nullish(),
});

/**
 * The picture of a job in an answer of `/history/{id}`; undefined while it is not done.
 *
 * @throws ImageFailure server-failed, with what ComfyUI says about the node that failed
 */
export function readComfyHistory(answer: unknown, prompt: string, node: string | undefined): ComfyFile | undefined {
  const record = z.record(z.string(), z.unknown()).safeParse(answer).data;
  if (record === undefined) throw imageServerFailures.garbled('a history that is none');
  if (!(prompt in record)) return undefined;
  const entry = entrySchema.safeParse(record[prompt]).data;
  if (entry === undefined) throw imageServerFailures.garbled('a history that is none');
  const messages = entry.status?.messages ?? [];
  const error = errorSchema.safeParse(messages.find(([type]) => type === 'execution_error')?.[1]).data;
  if (error !== undefined) {
    const where = error.node_type ? ` in ${error.node_type}` : '';
    throw imageServerFailures.failed(`${error.exception_message.trim()}${where}`);
  }
  if (messages.some(([type]) => type === 'execution_interrupted'))
    throw imageServerFailures.cut('it was interrupted there');
  if (entry.status?.status_str === 'error') throw imageServerFailures.failed('it does not say why');
  const outputs = node === undefined ? Object.values(entry.outputs) : [entry.outputs[node] ?? {}];
  const [file] = outputs.flatMap((output) => ('images' in output ? (output.images ?? []) : []));
  if (file === undefined) throw imageServerFailures.garbled('a job that ended without a picture');
  return file;
}

const queueSchema = z.object({
  queue_running: z.array(z.array(z.unknown())),
  queue_pending: z.array(z.array(z.unknown())),
});

/** Where a job is, by an answer of `/queue`. */
export function placeInQueue(answer: unknown, prompt: string): 'running' | 'pending' | 'gone' {
  const queue = queueSchema.safeParse(answer).data;
  // Items are the number, the id, the graph and others.
  const has = (items: readonly (readonly unknown[])[] | undefined) =>
    items?.some((item) => item[1] === prompt) ?? false;
  if (has(queue?.queue_running)) return 'running';
  // An answer that can't be read says nothing against it.
  return queue === undefined || has(queue.queue_pending) ? 'pending' : 'gone';
}

/** The choices of a node's input in an answer of `/object_info/{node}`: a list, or since 2025 `COMBO` with options. */
export function readComfyChoices(answer: unknown, { node, input }: ComfyChoice): readonly string[] | undefined {
  const names = z.array(z.string());
  const listed = z
    .tuple([names])
    .rest(z.unknown())
    .transform(([first]) => first);
  const combo = z
    .tuple([z.literal('COMBO'), z.object({ options: names })])
    .rest(z.unknown())
    .transform(([, { options }]) => options);
  const inputs = z.record(z.string(), z.unknown()).nullish();
  const schema = z.record(z.string(), z.object({ input: z.object({ required: inputs, optional: inputs }) }));
  const found = schema.safeParse(answer).data?.[node]?.input;
  return z.union([listed, combo]).safeParse(found?.required?.[input] ?? found?.optional?.[input]).data;
}

const statsSchema = z.object({ system: z.object({ comfyui_version: z.string().nullish() }) });

/** The version in an answer of `/system_stats`; undefined where the server is no ComfyUI. */
export function readComfyVersion(answer: unknown): string | undefined {
  const parsed = statsSchema.safeParse(answer).data;
  return parsed === undefined ? undefined : (parsed.system.comfyui_version ?? 'unknown');
}

const uploadedSchema = z.object({ name: z.string().min(1), subfolder: z.string().default('') });

/** What LoadImage calls a picture that was uploaded. @throws ImageFailure server-garbled */
export function readUploadedName(answer: unknown): string {
  const parsed = uploadedSchema.safeParse(answer).data;
  if (parsed === undefined) throw imageServerFailures.garbled('an upload without a name');
  return parsed.subfolder === '' ? parsed.name : `${parsed.subfolder}/${parsed.name}`;
}
