import { LlmFailure } from '../../engine/llm-failure.ts';

/** The failure for a schema that no grammar can express. */
export function schemaRefusal(path: string, keyword: string, why: string): LlmFailure {
  return new LlmFailure({
    reason: 'schema-unsupported',
    message: `The JSON Schema can't be held to: \`${keyword}\` at \`${path === '' ? '/' : path}\` ${why}.`,
    hint: 'Take the keyword out, and check that part of the answer yourself.',
    recovery: 'fix-request',
  });
}
