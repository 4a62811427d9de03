/** Which names a server has for what OpenAI's API lacks. */
export type Dialect = 'vllm' | 'llama-server' | 'byoc' | 'openai';

/** Tells a server by the owner that its list of models names. */
export function dialectOf(ownedBy: string): Dialect {
  if (ownedBy === 'vllm' || ownedBy === 'sglang') return 'vllm';
  if (ownedBy === 'llamacpp') return 'llama-server';
  return ownedBy === 'byoc' ? 'byoc' : 'openai';
}
