import type { ChatModelFunctions } from 'node-llama-cpp';
import type { IgnoredSetting } from '../../capability/answer.ts';
import type { ChatInput } from '../../capability/chat-input.ts';
import { LlmFailure } from '../../engine/llm-failure.ts';
import { planShape } from '../grammar/plan-shape.ts';
import { llamaFailures } from '../llama-failures.ts';

/** What a model may call. */
export interface ToolsPlan {
  readonly functions: ChatModelFunctions | undefined;
  /** It must call something. */
  readonly forced: boolean;
  readonly ignored: readonly IgnoredSetting[];
}

/** Plans the tools of an input. What of their parameters the engine does not check is named. */
export function planTools({ tools = [], toolChoice, responseFormat }: ChatInput): ToolsPlan {
  const offered = typeof toolChoice === 'object' ? tools.filter(({ name }) => name === toolChoice.name) : tools;
  if (toolChoice === 'none' || offered.length === 0) return { functions: undefined, forced: false, ignored: [] };
  if (responseFormat.type !== 'text')
    throw llamaFailures.toolsUnsupported('an answer can not be JSON and a choice of tools at once');
  const ignored: IgnoredSetting[] = [];
  const functions: Record<string, ChatModelFunctions[string]> = {};
  for (const { name, description, parameters } of offered) {
    if (parameters !== undefined && parameters['type'] !== 'object')
      throw llamaFailures.toolsUnsupported(`the parameters of ${name} are not of type \`object\``);
    const unchecked = parameters === undefined ? undefined : uncheckedPart(parameters);
    if (unchecked !== undefined) ignored.push({ setting: `tools.${name}.parameters`, reason: unchecked });
    functions[name] = {
      ...(description === undefined ? {} : { description }),
      // The template shows it to the model as it is; the grammar reads the part of it that it knows.
      ...(parameters === undefined ? {} : { params: parameters as ChatModelFunctions[string]['params'] & object }),
    };
  }
  return { functions, forced: toolChoice !== 'auto', ignored };
}

function uncheckedPart(parameters: Readonly<Record<string, unknown>>): string | undefined {
  try {
    planShape(parameters);
    return undefined;
  } catch (error) {
    if (error instanceof LlmFailure) return error.message;
    throw error;
  }
}
