import type { OnnxSession } from '../../runtime/onnx-runtime.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import { isSameOutput, joinFeeds, splitOutputs } from './join-feeds.ts';

type Feeds = Readonly<Record<string, Tensor>>;

/** What one picture asks of a network. */
export interface NetworkAsk {
  readonly feeds: Feeds;
  readonly wanted: readonly string[] | undefined;
}

export type NetworkAnswer = { readonly outputs: Feeds } | { readonly error: unknown };

/**
 * Runs a network for several pictures at once, where each then gets the very bytes that it would get alone. A kernel may sum in another order
 * for another batch, so each shape is tried both ways once, and only those that came out the same are run as one from then on.
 */
export class BatchVerdicts {
  /** By network, shapes and the number of pictures: whether they may be run as one. */
  readonly #verdicts = new WeakMap<OnnxSession, Map<string, boolean>>();

  async run(session: OnnxSession, asks: readonly NetworkAsk[]): Promise<readonly NetworkAnswer[]> {
    const joined =
      asks.length < 2
        ? undefined
        : joinFeeds(
            session.inputs,
            asks.map(({ feeds }) => feeds),
          );
    if (joined === undefined) return await eachAlone(session, asks);
    const verdicts = this.#verdicts.get(session) ?? new Map<string, boolean>();
    this.#verdicts.set(session, verdicts);
    const shape = JSON.stringify([joined.parts, Object.values(joined.feeds).map(({ dims }) => dims)]);
    const verdict = verdicts.get(shape);
    if (verdict === false) return await eachAlone(session, asks);
    // What does not run as one may run alone: memory may be short, or one picture's numbers at fault.
    const together = await session.run(joined.feeds, asks[0]?.wanted).then(
      (outputs) => splitOutputs(outputs, joined.parts),
      () => undefined,
    );
    if (together === undefined) {
      verdicts.set(shape, false);
      return await eachAlone(session, asks);
    }
    if (verdict === true) return together.map((outputs) => ({ outputs }));
    const alone = await eachAlone(session, asks);
    const isExact = alone.every((answer, at) => {
      const outputs = together[at];
      return 'outputs' in answer && outputs !== undefined && isSameOutput(answer.outputs, outputs);
    });
    verdicts.set(shape, isExact);
    return alone;
  }
}

async function eachAlone(session: OnnxSession, asks: readonly NetworkAsk[]): Promise<readonly NetworkAnswer[]> {
  const answers: NetworkAnswer[] = [];
  for (const { feeds, wanted } of asks)
    answers.push(
      await session.run(feeds, wanted).then(
        (outputs) => ({ outputs }),
        (error: unknown) => ({ error }),
      ),
    );
  return answers;
}
