import { isByocError, type ModelSpec } from '@byoc/core';
import { createAdminClient } from '@byoc/core/orchestrator';
import type { RuntimeChoice } from '../choose-runtime.ts';
import { pc } from '../terminal/colours.ts';
import { createProgressLine } from '../terminal/progress-line.ts';
import { type DemoOrchestrator, startDemoOrchestrator } from './demo-orchestrator.ts';

export interface HostPluginOptions {
  readonly runtime: RuntimeChoice;
  /** No progress line. */
  readonly quiet: boolean;
  readonly say: (text: string) => unknown;
  readonly signal: AbortSignal;
  /** For its workers. @default none */
  readonly models?: readonly ModelSpec[] | undefined;
  /** What jobs cost. @default free */
  readonly price?: string | undefined;
  /** More arguments of `orchestrator start`. */
  readonly more?: readonly string[] | undefined;
}

/** Starts an orchestrator and installs the plugin; for `auto`, on the process runtime when Docker can't build the image. */
export async function hostPlugin(
  folder: string,
  { say, signal, ...args }: HostPluginOptions,
): Promise<{ orchestrator: DemoOrchestrator; fallbackReason: string | undefined }> {
  let runtime = args.runtime;
  for (let fallbackReason: string | undefined; ; ) {
    const orchestrator = await startDemoOrchestrator({ runtime, signal, more: args.more });
    const line = createProgressLine({ quiet: args.quiet, title: 'install' });
    try {
      say(
        `${pc.green('✓')} orchestrator ${orchestrator.address} on the ${pc.bold(orchestrator.runtime)} runtime${orchestrator.runtime === 'process' ? ' (no sandbox)' : ''}`,
      );
      const admin = createAdminClient({ dataDirectory: orchestrator.dataDirectory });
      const plugin = await admin.installPlugin(
        { type: 'folder', path: folder },
        {
          ...{ signal, models: args.models ?? [], onProgress: (progress) => line.show(progress) },
          ...(args.price === undefined ? {} : { price: { list: args.price } }),
        },
      );
      line.stop();
      say(`${pc.green('✓')} installed ${plugin.pluginId} ${plugin.manifest.version}`);
      return { orchestrator, fallbackReason };
    } catch (error) {
      line.stop();
      await orchestrator.stop();
      if (signal.aborted || args.runtime !== 'auto' || orchestrator.runtime !== 'docker' || !isByocError(error))
        throw error;
      fallbackReason = error.shortMessage;
      say(`${pc.yellow('!')} Docker can't host the plugin here (${error.shortMessage}); going on without it`);
      runtime = 'process';
    }
  }
}
