import type { LLamaChatGenerateResponseOptions } from 'node-llama-cpp';
import type { IgnoredSetting } from '../../capability/answer.ts';
import type { ChatInput } from '../../capability/chat-input.ts';

/** llama.cpp's own defaults. */
const DEFAULTS = { temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05 };
/** How far back penalties look, as in llama.cpp. */
const PENALTY_TOKENS = 64;

/** How tokens are chosen. */
export interface SamplingPlan {
  readonly options: Pick<
    LLamaChatGenerateResponseOptions,
    'temperature' | 'topK' | 'topP' | 'minP' | 'seed' | 'repeatPenalty'
  >;
  readonly ignored: readonly IgnoredSetting[];
}

/** Plans how tokens are chosen, and names the settings that have no effect. */
export function planSampling(input: ChatInput): SamplingPlan {
  const { temperature = DEFAULTS.temperature, seed, presencePenalty, frequencyPenalty, repeatPenalty } = input;
  const { topK = DEFAULTS.topK, topP = DEFAULTS.topP, minP = DEFAULTS.minP } = input;
  const ignored: IgnoredSetting[] = [];
  if (temperature === 0) {
    for (const setting of ['topK', 'topP', 'minP', 'seed'] as const)
      if (input[setting] !== undefined)
        ignored.push({ setting, reason: 'With temperature 0 the likeliest token is always taken.' });
  }
  const punished = (presencePenalty ?? 0) !== 0 || (frequencyPenalty ?? 0) !== 0 || (repeatPenalty ?? 1) !== 1;
  return {
    options: {
      temperature,
      topK,
      topP,
      minP,
      ...(seed === undefined ? {} : { seed }),
      repeatPenalty: punished && {
        lastTokens: PENALTY_TOKENS,
        penalty: repeatPenalty ?? 1,
        frequencyPenalty: frequencyPenalty ?? 0,
        presencePenalty: presencePenalty ?? 0,
        penalizeNewLine: true,
      },
    },
    ignored,
  };
}
