import { isByocError, type Logger } from '@byoc/core';
import type { ContainerRuntime, RuntimeInfo } from '@byoc/core/runtime';
import { createDockerRuntime } from '@byoc/core/runtime/docker';
import { createProcessRuntime } from '@byoc/core/runtime/process';

/** What the user may ask for. */
export type RuntimeChoice = 'auto' | 'docker' | 'process';

/** A runtime that answers, and why it was chosen. */
export interface ChosenRuntime {
  readonly runtime: ContainerRuntime;
  readonly info: RuntimeInfo;
  /** Why not Docker, for `auto`. */
  readonly fallbackReason: string | undefined;
}

/** Chooses the runtime: for `auto`, Docker where an engine answers, else the process runtime. */
export async function chooseRuntime(
  choice: RuntimeChoice,
  options: { logger: Logger; stateDirectory: string; signal?: AbortSignal },
): Promise<ChosenRuntime> {
  let fallbackReason: string | undefined;
  if (choice !== 'process') {
    const runtime = createDockerRuntime({ logger: options.logger });
    try {
      return { runtime, info: await runtime.probe(options), fallbackReason };
    } catch (error) {
      await runtime.close();
      if (choice === 'docker' || !isByocError(error)) throw error;
      fallbackReason = error.shortMessage;
    }
  }
  const runtime = createProcessRuntime({ logger: options.logger, stateDirectory: options.stateDirectory });
  return { runtime, info: await runtime.probe(options), fallbackReason };
}
