import { ImageFailure } from '../model/image-failure.ts';
import type { ModelPart } from '../model/model-folder.ts';
import { toFloats, toTensor } from '../runtime/convert-tensor.ts';
import type { TensorInfo } from '../runtime/tensor.ts';
import type { LoadedModel } from './loaded-model.ts';
import { mapOnnxFailure } from './map-onnx-failure.ts';

/** Numbers for an input or from an output. */
export interface Values {
  readonly dims: readonly number[];
  readonly data: Float32Array | readonly number[];
}

/** An output. */
export interface Result {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** Runs a network of a model: packs what it takes as it wants it, and reads what it gives as floats. @throws ImageFailure */
export async function runNetwork(
  model: LoadedModel,
  part: ModelPart,
  values: Readonly<Record<string, Values>>,
  wanted?: readonly string[],
): Promise<Readonly<Record<string, Result>>> {
  const session = model.sessions[part];
  if (session === undefined) throw lacking(model, part);
  try {
    const feeds = Object.fromEntries(
      session.inputs.map((info) => {
        const given = values[info.name];
        if (given === undefined) throw unfit(model, part, info);
        return [info.name, toTensor(info, given.dims, given.data)];
      }),
    );
    const outputs = await session.run(feeds, wanted);
    return Object.fromEntries(
      Object.entries(outputs).map(([name, tensor]) => [name, { dims: tensor.dims, data: toFloats(tensor) }]),
    );
  } catch (error) {
    throw mapOnnxFailure(error, { name: model.folder.name, part, isLoading: false });
  }
}

/** The only result of a network that has one, or the first. */
export async function runForFirst(
  model: LoadedModel,
  part: ModelPart,
  values: Readonly<Record<string, Values>>,
): Promise<Result> {
  const name = model.sessions[part]?.outputs[0]?.name;
  const results = await runNetwork(model, part, values, name === undefined ? undefined : [name]);
  return Object.values(results)[0] as Result;
}

function lacking({ folder }: LoadedModel, part: ModelPart): ImageFailure {
  return new ImageFailure({
    reason: 'model-incomplete',
    message: `The model \`${folder.name}\` has no \`${part}/model.onnx\`, which this job needs`,
    hint: 'Leave `source` out, or take a model with all of its parts.',
    recovery: 'retry-other',
  });
}

function unfit({ folder }: LoadedModel, part: ModelPart, info: TensorInfo): ImageFailure {
  return new ImageFailure({
    reason: 'model-unfit',
    message: `\`${part}\` of the model \`${folder.name}\` wants an input \`${info.name}\` that this engine does not know`,
    hint: 'Export the model with `optimum-cli export onnx`.',
    recovery: 'retry-other',
  });
}
