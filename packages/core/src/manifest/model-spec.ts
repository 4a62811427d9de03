import { z } from 'zod';
import { isModelPath } from './model-path.ts';
import { parseModelUri } from './model-uri.ts';

const uri = z
  .string()
  .max(2000)
  .superRefine((text, { addIssue }) => {
    const location = parseModelUri(text);
    if (typeof location === 'string') addIssue({ code: 'custom', message: location });
  });
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits');
const sizeBytes = z.number().int().positive();

const file = z.strictObject({
  uri,
  /** Where it lies in the model's folder. @default the last name of the address */
  path: z.string().refine(isModelPath, 'must be a relative path without `..`').optional(),
  sha256: sha256.optional(),
  sizeBytes: sizeBytes.optional(),
});

/** A model: a name, and one address or several files. */
export const modelSchema = z
  .strictObject({
    /** What jobs call it, and the name of its folder. */
    name: z.string().regex(/^[A-Za-z0-9][\w.-]{0,99}$/, 'must be letters, digits, `.`, `_` and `-`'),
    /** A file, or a whole repository of the hub, or a folder of this machine. */
    uri: uri.optional(),
    /** Which files of a repository, as the hub's tools read patterns: `*` stands for any text, `/` too. @default all */
    include: z.array(z.string().min(1).max(300)).min(1).max(64).optional(),
    /** Of the one file at `uri`. */
    sha256: sha256.optional(),
    /** Of the one file at `uri`. */
    sizeBytes: sizeBytes.optional(),
    files: z.array(file).min(1).max(1000).optional(),
  })
  .superRefine((model, { addIssue }) => {
    const refuse = (message: string) => addIssue({ code: 'custom', message });
    if ((model.uri === undefined) === (model.files === undefined)) refuse('must have either `uri` or `files`');
    if (model.uri === undefined && (model.include ?? model.sha256 ?? model.sizeBytes) !== undefined)
      refuse('may have `include`, `sha256` and `sizeBytes` beside `uri` only');
    const isOneFile = model.uri !== undefined && !isRepository(model.uri);
    if (model.include !== undefined && isOneFile) refuse('may have `include` for a repository only');
    if ((model.sha256 ?? model.sizeBytes) !== undefined && model.uri !== undefined && !isOneFile)
      refuse('may have `sha256` and `sizeBytes` for one file only');
  });

/** A model of a manifest: its bytes come from afar. What lies on a host is the operator's to name, and never an image's. */
export const manifestModelSchema = modelSchema.refine(
  (model) => [model, ...(model.files ?? [])].every(({ uri }) => uri === undefined || /^(hf|https):/.test(uri)),
  'must come by `hf:` or `https:`; a file of this machine is for its operator to name',
);

/** A weight file set: how it is called and where its files come from. */
export type ModelSpec = z.output<typeof modelSchema>;

function isRepository(uri: string): boolean {
  const location = parseModelUri(uri);
  return typeof location === 'object' && location.type === 'hub' && location.path === undefined;
}
