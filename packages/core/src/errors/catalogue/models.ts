import { entry } from '../error-entry.ts';

/** Models: fetching and keeping them. */
export const modelErrors = {
  MODEL_ADDRESS_INVALID: entry<{ model: string; reason: string }>({
    grpc: 'INVALID_ARGUMENT',
    http: 400,
    recovery: 'fix-request',
    message: (f) => `The model ${f.model} can't be fetched from there: ${f.reason}.`,
    hint: () => 'Name a file of this machine, `hf://owner/name[@revision][/file]`, or `https://…`.',
  }),
  MODEL_NOT_FOUND: entry<{ model: string; address: string; reason: string }>({
    grpc: 'NOT_FOUND',
    http: 404,
    recovery: 'fix-request',
    message: (f) => `The model ${f.model} is not at ${f.address}: ${f.reason}.`,
    hint: () => 'Check the spelling of the address, the revision and the file; it may also have been taken away.',
  }),
  MODEL_FORBIDDEN: entry<{ model: string; address: string; hasToken: boolean; reason: string }>({
    grpc: 'PERMISSION_DENIED',
    http: 403,
    recovery: 'fix-request',
    message: (f) =>
      `The model ${f.model} is not given away at ${f.address} ${f.hasToken ? 'with this HF_TOKEN' : 'without a token'}: ${f.reason}.`,
    hint: (f) =>
      f.hasToken
        ? "Accept the model's terms on its page with the account of that token, and let the token read gated repositories."
        : "If it is gated, accept its terms on its page and set HF_TOKEN to a token of yours; the hub says the same of what it doesn't have.",
  }),
  MODEL_HOST_UNREACHABLE: entry<{ model: string; host: string; reason: string }>({
    grpc: 'UNAVAILABLE',
    http: 503,
    recovery: 'retry-same',
    message: (f) => `The model ${f.model} can't be fetched: ${f.host} can't be reached (${f.reason}).`,
    hint: () =>
      'Check the network and HTTPS_PROXY, set HF_ENDPOINT to a mirror, or name a file that is on this machine already.',
  }),
  MODEL_FETCH_FAILED: entry<{ model: string; reason: string }>({
    grpc: 'UNAVAILABLE',
    http: 503,
    recovery: 'retry-same',
    message: (f) => `The model ${f.model} could not be fetched: ${f.reason}.`,
    hint: () => 'What came is kept: the next try goes on from there.',
  }),
  MODEL_CONTENT_WRONG: entry<{ model: string; file: string; expected: string; actual: string }>({
    grpc: 'DATA_LOSS',
    http: 502,
    recovery: 'fix-request',
    message: (f) =>
      `The file ${f.file} of the model ${f.model} is not the one that was named: ${f.actual}, not ${f.expected}.`,
    hint: () =>
      'Nothing of it was kept. Correct the digest or the size if the file was meant to change; else mistrust its source.',
  }),
  MODEL_SPACE_SHORT: entry<{ model: string; path: string; neededBytes: number; freeBytes: number }>({
    grpc: 'RESOURCE_EXHAUSTED',
    http: 507,
    recovery: 'fix-request',
    message: (f) => `The model ${f.model} needs ${f.neededBytes} bytes more in ${f.path}, and ${f.freeBytes} are free.`,
    hint: () => 'Free some space, or keep models on another disk (`--models-dir`, BYOC_MODELS_DIR).',
  }),
} as const;
