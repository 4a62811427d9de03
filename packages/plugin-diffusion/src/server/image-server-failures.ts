import { createUpstreamFailures } from '@byoc/core/upstream';
import { ImageFailure } from '../model/image-failure.ts';

const upstream = createUpstreamFailures({
  noun: 'image server',
  api: 'the API of A1111, ComfyUI, sd-server or OpenAI’s images',
  toError: ({ message, ...facts }, options) =>
    new ImageFailure({ ...facts, message: message.replace(/\.$/, '') }, options),
});

/** What the server engine may have to say. */
export const imageServerFailures = {
  ...upstream,
  kindUnknown: (address: string, reasons: readonly string[]) =>
    new ImageFailure({
      reason: 'server-kind-unknown',
      message: `What answers at ${address} is no image server of a kind that is known here (${reasons.join('; ')})`,
      hint: 'It must be A1111 (started with --api), ComfyUI, sd-server, or speak OpenAI’s images API.',
      recovery: 'retry-other',
    }),
  noModels: (address: string) =>
    new ImageFailure({
      reason: 'server-without-models',
      message: `The image server at ${address} lists no model`,
      hint: 'Put one into its folder of models.',
      recovery: 'retry-other',
    }),
  modelUnknown: (model: string, known: readonly string[], kind: 'model' | 'upscaler' = 'model') =>
    new ImageFailure({
      reason: 'model-unknown',
      message: `There is no ${kind} \`${model}\` here; there are: ${known.join(', ')}`,
      hint: 'Leave `model` out, or name one that is there.',
      recovery: 'retry-other',
    }),
  schedulerUnknown: (scheduler: string, known: readonly string[]) =>
    new ImageFailure({
      reason: 'scheduler-refused',
      message: `The image server has no \`${scheduler}\`; it has: ${known.join(', ')}`,
      hint: 'Leave `scheduler` out, or name one that it has.',
      recovery: 'retry-other',
    }),
  loraUnknown: (lora: string, known: readonly string[]) =>
    new ImageFailure({
      reason: 'lora-unknown',
      message: `There is no adapter \`${lora}\` here; there ${known.length === 0 ? 'is none' : `are: ${known.join(', ')}`}`,
      hint: 'Leave `loras` out, or name one that is there.',
      recovery: 'retry-other',
    }),
  workflowBroken: (path: string, why: string) =>
    new ImageFailure({
      reason: 'workflow-broken',
      message: `The workflow ${path} can't be used: ${why}`,
      hint: 'Save it with ComfyUI’s “Export (API)”, and name its inputs under `byoc`.',
      recovery: 'retry-other',
    }),
  flatBlack: () =>
    new ImageFailure({
      reason: 'result-not-finite',
      message: 'The image server gave a picture that is black all over, as it is where values were no numbers',
      hint: 'Start the server with a more precise decoder (A1111: --no-half-vae), or choose another offer.',
      recovery: 'retry-other',
    }),
  flat: () =>
    new ImageFailure({
      reason: 'result-not-finite',
      message:
        'The image server gave a picture of one colour for one of several, as it is where values were no numbers',
      hint: 'Start the server with more precision (A1111: --no-half), or choose another offer.',
      recovery: 'retry-other',
    }),
};
