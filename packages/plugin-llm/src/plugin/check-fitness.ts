import { chat } from '../capability/chat.ts';
import type { LlmEngine } from '../engine/llm-engine.ts';
import { LlmFailure } from '../engine/llm-failure.ts';

/** A prompt and the beginning of its answer, with temperature 0. */
export interface FitnessProof {
  readonly prompt: string;
  readonly answer: string;
}

const ANY: FitnessProof = { prompt: 'Say hello.', answer: '' };

/** Has the engine's first model answer a prompt. @throws LlmFailure unfit when it says something else, or nothing */
export async function checkFitness(
  engine: LlmEngine,
  { proof = ANY, signal }: { proof?: FitnessProof | undefined; signal: AbortSignal },
): Promise<void> {
  const { prompt, answer } = proof;
  const input = chat.schemas.input.parse({ prompt, temperature: 0, maxOutputTokens: answer === '' ? 8 : 256 });
  const messages = [{ role: 'user' as const, content: prompt }];
  const file = () => Promise.reject(new Error('there are no pictures'));
  const steps = engine.chat({ input, messages, caller: undefined, signal, file });
  let text = '';
  let step = await steps.next();
  for (; step.done !== true; step = await steps.next()) if (step.value.type === 'text') text += step.value.text;
  const { usage, model } = step.value;
  if (usage.outputTokens > 0 && text.startsWith(answer)) return;
  throw new LlmFailure({
    reason: 'unfit',
    message: `Model ${model.name} answered ${JSON.stringify(text)} to ${JSON.stringify(prompt)}, not ${JSON.stringify(answer)}.`,
    hint: 'Check the model file and its chat template, or correct the proof.',
    recovery: 'retry-other',
  });
}
