import { z } from 'zod';
import { ByocError } from '../../errors/byoc-error.ts';
import { BlobInput } from '../blobs/blob-input.ts';
import { type ImageRequest, imageSettings, toImageRequest } from './image-request.ts';
import { parseRequest } from './parse-request.ts';

const editSettings = {
  ...imageSettings,
  /** The name of Stable Diffusion's servers: how much of the picture is painted over, to 1. */
  strength: z.number().nullish(),
};
const schema = z.looseObject(editSettings);

/** Settings that are texts, whatever they look like. */
const TEXTS = ['prompt', 'negative_prompt', 'model', 'size', 'user', 'scheduler'];

/** Reads a form for `/v1/images/edits`: a picture, and a mask whose transparent parts are painted anew. @throws ByocError OPENAI_REQUEST_INVALID */
export async function readImageEditRequest(form: FormData): Promise<ImageRequest> {
  // Names come from outside: `constructor` is one like any other.
  const settings: Record<string, unknown> = Object.create(null);
  const files: Record<string, File[]> = Object.create(null);
  for (const [key, value] of form) {
    const name = key.replace(/\[\d*\]$/, '');
    if (typeof value === 'string') settings[name] = TEXTS.includes(name) ? value : toValue(value);
    else files[name] = [...(files[name] ?? []), value];
  }
  const { image, mask, ...others } = files;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw invalid(unknown, 'is no file that an edit takes: send `image` and `mask`');
  for (const name of ['image', 'mask'])
    if (name in settings) throw invalid(name, 'must be a file of the form, with a file name');
  const request = parseRequest(schema, settings);
  const edit = toImageRequest(request, { events: 'image_edit', known: editSettings });
  const source = {
    image: await toBlob('image', image),
    ...(mask === undefined ? {} : { mask: await toBlob('mask', mask) }),
    // Without a mask it is the picture itself that says where, by being transparent there.
    maskFrom: 'transparency' as const,
    // What is transparent is wholly new; without a mask something of the picture is to be left.
    ...(request.strength != null ? { strength: request.strength } : mask === undefined ? {} : { strength: 1 }),
  };
  return { ...edit, input: { ...edit.input, source } };
}

async function toBlob(name: string, files: readonly File[] | undefined): Promise<BlobInput> {
  const [file, second] = files ?? [];
  if (file === undefined) throw invalid(name, 'is required');
  if (second !== undefined) throw invalid(name, 'must be one file: image/generate starts from one picture');
  return new BlobInput({ type: 'bytes', data: new Uint8Array(await file.arrayBuffer()) }, file.type || undefined);
}

/** A form has texts alone; numbers and switches are meant where they are written. */
function toValue(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

function invalid(param: string, reason: string): ByocError {
  return new ByocError('OPENAI_REQUEST_INVALID', { param, reason });
}
