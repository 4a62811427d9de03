import { isByocError, type ModelSpec } from '@byoc/core';
import { createModelStore } from '@byoc/core/orchestrator';
import { defaultModelsDirectory } from '../models/models-directory.ts';
import { parseModel } from '../models/parse-model.ts';
import { pc } from '../terminal/colours.ts';
import { createProgressLine } from '../terminal/progress-line.ts';

/** How a demo gets its model. */
export interface DemoModelOptions {
  /** As `--model` names it. */
  readonly named: string | undefined;
  /** What is fetched where none is named; nothing is, on machines that build and test (`CI`). */
  readonly byDefault?: string | undefined;
  readonly quiet: boolean;
  readonly say: (text: string) => unknown;
  readonly signal: AbortSignal;
}

/**
 * Brings the model of a demo into the store that its orchestrator uses, where it stays for the next time. Undefined when none is named and
 * the default one can't be had: why is said.
 *
 * @throws ByocError MODEL_*, of a model that was named
 */
export async function bringDemoModel(options: DemoModelOptions): Promise<ModelSpec | undefined> {
  const { named, say, signal } = options;
  const byDefault = process.env['CI'] ? undefined : options.byDefault;
  const text = named ?? byDefault;
  if (text === undefined) return undefined;
  const model = parseModel(text);
  const store = createModelStore({ directory: defaultModelsDirectory() });
  const line = createProgressLine({ quiet: options.quiet, title: 'fetch' });
  try {
    if (named === undefined) say(`${pc.dim(`${text}, kept in ${defaultModelsDirectory()}; --model takes another`)}`);
    await store.fetch(model, { signal, onProgress: line.show });
    line.stop();
    say(`${pc.green('✓')} model ${model.name}, from ${text}`);
    return model;
  } catch (error) {
    line.stop();
    if (named !== undefined || !isByocError(error) || signal.aborted) throw error;
    say(`${pc.yellow('!')} ${error.shortMessage}`);
    return undefined;
  } finally {
    await store.close();
  }
}
