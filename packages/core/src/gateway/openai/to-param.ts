/** Fields of the contracts by the names that OpenAI's API has for them. */
const names: Readonly<Record<string, string>> = {
  toolChoice: 'tool_choice',
  parallelToolCalls: 'parallel_tool_calls',
  responseFormat: 'response_format',
  topP: 'top_p',
  topK: 'top_k',
  minP: 'min_p',
  presencePenalty: 'presence_penalty',
  frequencyPenalty: 'frequency_penalty',
  repeatPenalty: 'repeat_penalty',
  maxOutputTokens: 'max_tokens',
  toolCalls: 'tool_calls',
  toolCallId: 'tool_call_id',
  encoding: 'encoding_format',
  negativePrompt: 'negative_prompt',
  count: 'n',
  width: 'size',
  height: 'size',
};

/** Writes a JSON Pointer as OpenAI's API writes a place, for example `messages[0].content`. */
export function toParam(pointer: string): string | undefined {
  const keys = pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (keys.length === 0) return undefined;
  return keys.reduce((path, key) => {
    const name = names[key] ?? key;
    return /^\d+$/.test(key) ? `${path}[${key}]` : path === '' ? name : `${path}.${name}`;
  }, '');
}
