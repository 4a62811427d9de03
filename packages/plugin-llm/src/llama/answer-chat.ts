import { setImmediate } from 'node:timers/promises';
import { AsyncQueue } from '@byoc/core';
import { type ChatHistoryItem, type ChatWrapper, LlamaChat, type LlamaGrammar, type Token } from 'node-llama-cpp';
import type { IgnoredSetting } from '../capability/answer.ts';
import type { EngineChat, EngineChatEnd, EngineChatStep } from '../engine/llm-engine.ts';
import { AnswerTeller } from './answer-teller.ts';
import type { LoadedModel } from './loaded-model.ts';
import type { SamplingPlan } from './plan/plan-sampling.ts';
import type { ToolsPlan } from './plan/plan-tools.ts';
import type { LeasedSequence } from './sequence-pool.ts';
import { watchTokens } from './watch-tokens.ts';

/** A prompt that fits, and how to go on from it. */
export interface ChatPlan {
  readonly history: readonly ChatHistoryItem[];
  /** The rendered prompt. */
  readonly tokens: readonly Token[];
  readonly wrapper: ChatWrapper;
  readonly tools: ToolsPlan;
  readonly sampling: SamplingPlan;
  readonly grammar: LlamaGrammar | undefined;
  readonly ignored: readonly IgnoredSetting[];
  readonly messagesLeftOut: number | undefined;
}

/** Steps that may wait for a slow reader before the engine waits too. */
const MOST_WAITING = 64;

/** Evaluates a prompt and answers it, in a sequence of its own. */
export async function* answerChat(
  loaded: LoadedModel,
  { sequence }: LeasedSequence,
  plan: ChatPlan,
  job: EngineChat,
): AsyncGenerator<EngineChatStep, EngineChatEnd, undefined> {
  const { input } = job;
  const stop = new AbortController();
  const signal = AbortSignal.any([job.signal, stop.signal]);
  const cached = yield* prefill(loaded, sequence, plan.tokens, signal);
  const usage = {
    inputTokens: plan.tokens.length - cached,
    cachedInputTokens: cached,
    outputTokens: 0,
    reasoningTokens: 0,
  };
  yield { type: 'usage', usage: { ...usage } };

  const steps = new AsyncQueue<EngineChatStep>({ limit: MOST_WAITING });
  let room: boolean | Promise<boolean> = true;
  const teller = new AnswerTeller(usage, (step) => {
    room = steps.push(step);
  });
  const unwatch = watchTokens(sequence, {
    signal,
    top: input.logprobs?.top,
    ready: async () => void (await room),
    onToken: (token, logprob) => teller.token(token, logprob),
  });
  const chat = new LlamaChat({ contextSequence: sequence, chatWrapper: plan.wrapper });
  const tokensLeft = loaded.contextTokens - plan.tokens.length - 1;
  const { functions } = plan.tools;
  const made = chat
    .generateResponse([...plan.history], {
      ...plan.sampling.options,
      signal,
      maxTokens: Math.min(input.maxOutputTokens, tokensLeft),
      ...(input.stop === undefined ? {} : { customStopTriggers: input.stop }),
      ...(input.reasoning?.maxTokens === undefined && input.reasoning?.effort !== 'none'
        ? {}
        : { budgets: { thoughtTokens: input.reasoning.effort === 'none' ? 0 : (input.reasoning.maxTokens ?? 0) } }),
      onResponseChunk: (chunk) =>
        teller.chunk(chunk.type === 'segment' ? 'reasoning' : 'text', chunk.text, chunk.tokens),
      ...(functions === undefined
        ? { ...(plan.grammar === undefined ? {} : { grammar: plan.grammar }) }
        : {
            functions,
            documentFunctionParams: true,
            ...(input.parallelToolCalls ? {} : { maxParallelFunctionCalls: 1 }),
            onFunctionCallParamsChunk: (piece) => teller.call(piece.callIndex, piece.functionName, piece.paramsChunk),
            onFunctionCall: (call) => teller.called(call.functionName, call.params),
          }),
    })
    .finally(() => {
      unwatch();
      chat.dispose();
      steps.end();
    });
  // Rejections are read below; until then they are nobody's.
  made.catch(() => {});
  try {
    for await (const step of steps) {
      if (step.type === 'usage') await nextTokenBegun();
      yield step;
    }
    const { metadata } = await made;
    const stopText = metadata.stopReason === 'customStopTrigger' ? metadata.customStopTrigger.join('') : undefined;
    return {
      finishReason:
        metadata.stopReason === 'maxTokens'
          ? 'length'
          : metadata.stopReason === 'functionCalls'
            ? 'tool-calls'
            : 'stop',
      ...(stopText === undefined ? {} : { stopText }),
      usage,
      model: loaded.identity,
      ignored: [...plan.ignored, ...plan.tools.ignored, ...plan.sampling.ignored],
      messagesLeftOut: plan.messagesLeftOut,
    };
  } finally {
    // A reader that left early wants no more.
    stop.abort(null);
    await made.catch(() => {});
  }
}

/**
 * Waits until the engine, which is told of a token first, has begun the next one: what becomes of a token, from here to the
 * caller, then takes none of the engine's time. The batch is dispatched in one turn of the event loop; the second comes after it.
 */
async function nextTokenBegun(): Promise<void> {
  await setImmediate();
  await setImmediate();
}

/** Nothing is charged for a prompt before it was read. */
const READING: EngineChatStep = {
  type: 'usage',
  usage: { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, reasoningTokens: 0 },
};

/**
 * Evaluates a long prompt piece by piece, and tells of each; a cancel is seen between two. The last piece is left for the step that
 * makes the first token: on its own, one token more would cost a pass over all weights. Returns how much of the prompt was there already.
 */
async function* prefill(
  loaded: LoadedModel,
  sequence: LeasedSequence['sequence'],
  tokens: readonly Token[],
  signal: AbortSignal,
): AsyncGenerator<EngineChatStep, number, undefined> {
  await sequence.adaptStateToTokens(tokens.slice(0, -1), false);
  const cached = sequence.nextTokenIndex;
  for (let from = cached; tokens.length - from > loaded.batchTokens; from += loaded.batchTokens) {
    signal.throwIfAborted();
    await sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(from, from + loaded.batchTokens));
    yield READING;
  }
  signal.throwIfAborted();
  return cached;
}
