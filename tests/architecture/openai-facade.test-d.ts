import type { EventOf, InputOf, OutputOf } from '@byoc/core';
import type { RunInput } from '@byoc/core/gateway';
import type { generate } from '@byoc/plugin-diffusion';
import type { chat, embed } from '@byoc/plugin-llm';
import { expectTypeOf, test } from 'vitest';
import type {
  ImageJobEvent,
  ImageJobInput,
  ImageJobOutput,
} from '../../packages/core/src/gateway/openai/image-contract.ts';
import type {
  ChatJobEvent,
  ChatJobInput,
  ChatJobOutput,
  EmbedJobInput,
  EmbedJobOutput,
} from '../../packages/core/src/gateway/openai/text-contracts.ts';

test('the contracts take what the OpenAI façade of the gateway sends', () => {
  expectTypeOf<ChatJobInput>().toExtend<RunInput<typeof chat>>();
  expectTypeOf<EmbedJobInput>().toExtend<InputOf<typeof embed>>();
  expectTypeOf<ImageJobInput>().toExtend<RunInput<typeof generate>>();
});

test('the façade understands what the contracts give', () => {
  expectTypeOf<OutputOf<typeof chat>>().toExtend<ChatJobOutput>();
  expectTypeOf<EventOf<typeof chat>>().toExtend<ChatJobEvent>();
  expectTypeOf<OutputOf<typeof embed>>().toExtend<EmbedJobOutput>();
  expectTypeOf<OutputOf<typeof generate>>().toExtend<ImageJobOutput>();
  expectTypeOf<EventOf<typeof generate>>().toExtend<ImageJobEvent>();
});
