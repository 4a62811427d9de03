import { basename, dirname } from 'node:path/posix';
import { z } from 'zod';
import { ImageFailure } from '../model/image-failure.ts';
import { modelSettingsSchema } from '../model/model-settings.ts';
import { listFiles, readJson } from '../model/read-model-folder.ts';
import { findNetwork } from './find-network.ts';
import type { UpscalerFolder } from './upscaler-folder.ts';

/** What networks that shuffle pixels into channels, or look through windows, divide their sides by where nothing says it. */
const BLOCK = 16;

const preprocessorSchema = z.looseObject({ pad_size: z.int().min(1).max(256).nullish() });
const settingsSchema = modelSettingsSchema.pick({ sha256: true });

/** Reads the folder of a network that enlarges pictures, without loading it. @throws ImageFailure */
export async function readUpscalerFolder(name: string, path: string): Promise<UpscalerFolder> {
  const all = await listFiles(path);
  const network = findNetwork(all);
  if (network === undefined) {
    throw new ImageFailure({
      reason: 'model-incomplete',
      message: `The model \`${name}\` has no \`model.onnx\`, and not one other ONNX file alone`,
      hint: 'Put one network into its folder, as model.onnx or onnx/model.onnx.',
      recovery: 'retry-other',
    });
  }
  const has = (file: string) => all.some((one) => one.path === file);
  const config = 'preprocessor_config.json';
  const block = has(config) ? (await readJson(path, config, preprocessorSchema)).pad_size : undefined;
  const settings = has('byoc-model.json') ? await readJson(path, 'byoc-model.json', settingsSchema) : { sha256: {} };
  // Weights above 2 GB lie beside the network under a name of their own; other networks, quantized for example, are none of this one's.
  const isPart = (file: string) =>
    file === network || (dirname(file) === dirname(network) && /data$/.test(basename(file)));
  return {
    ...{ name, path, network, settings, block: block ?? BLOCK },
    files: all.filter((file) => isPart(file.path)),
  };
}
