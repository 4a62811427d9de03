/** Which network a target belongs to: the one that takes noise away, or a text encoder. */
export type AdapterNetwork = 'network' | 'text_encoder' | 'text_encoder_2' | 'text_encoder_3';

/** What a tensor's name in an adapter says. */
export interface AdapterKey {
  readonly network: AdapterNetwork;
  /** The layer, its path's parts joined by `_`. */
  readonly layer: string;
  readonly role: 'down' | 'up' | 'alpha';
}

/** Kohya's scripts and diffusers' own name the two matrices in these ways. */
const ENDS: readonly (readonly [RegExp, AdapterKey['role'], string])[] = [
  [/\.(?:lora_down|lora_A|lora_A\.default|lora\.down|lora_linear_layer\.down)\.weight$/, 'down', ''],
  [/\.(?:lora_up|lora_B|lora_B\.default|lora\.up|lora_linear_layer\.up)\.weight$/, 'up', ''],
  [/\.processor\.(to_q|to_k|to_v|to_out)_lora\.down\.weight$/, 'down', '.$1'],
  [/\.processor\.(to_q|to_k|to_v|to_out)_lora\.up\.weight$/, 'up', '.$1'],
  [/\.alpha$/, 'alpha', ''],
];

const STARTS: readonly (readonly [RegExp, AdapterNetwork])[] = [
  [/^lora_(?:unet|transformer)_|^(?:unet|transformer)\.|^base_model\.model\./, 'network'],
  [/^lora_te1?_|^text_encoder\./, 'text_encoder'],
  [/^lora_te2_|^text_encoder_2\./, 'text_encoder_2'],
  [/^lora_te3_|^text_encoder_3\./, 'text_encoder_3'],
];

/** Reads a tensor's name; undefined where it is no low-rank adapter's. */
export function parseAdapterKey(key: string): AdapterKey | undefined {
  const end = ENDS.find(([pattern]) => pattern.test(key));
  const start = STARTS.find(([pattern]) => pattern.test(key));
  if (end === undefined || start === undefined) return undefined;
  const layer = key
    .replace(end[0], end[2])
    .replace(start[0], '')
    .replace(/\.to_out$/, '.to_out.0');
  return { network: start[1], layer: plainLayer(layer), role: end[1] };
}

/** A layer's path in one form, whoever wrote it: transformers' `text_model` comes and goes by its version. */
export function plainLayer(path: string): string {
  return fromOriginal(
    path
      .replaceAll(/[./]/g, '_')
      .replace(/^_+/, '')
      .replace(/^text_model_/, ''),
  );
}

/** Names within Stability's own code, which adapters for SDXL have, in diffusers' words. */
const INNER: Readonly<Record<string, string>> = {
  in_layers_2: 'conv1',
  out_layers_3: 'conv2',
  emb_layers_1: 'time_emb_proj',
  skip_connection: 'conv_shortcut',
};
/** Blocks between two changes of size, in every U-Net that has such names. */
const LAYERS = 3;

function fromOriginal(layer: string): string {
  const [, side, block, place, rest = ''] = /^(input|output|middle)_blocks?_(\d+)_?(\d+)?_(.+)$/.exec(layer) ?? [];
  if (side === undefined) return layer;
  const inner = INNER[rest] ?? rest;
  if (side === 'middle') {
    const part = block === '1' ? 'attentions_0' : `resnets_${block === '0' ? 0 : 1}`;
    return `mid_block_${part}_${inner}`;
  }
  const at = Number(block) - (side === 'input' ? 1 : 0);
  const where = `${side === 'input' ? 'down' : 'up'}_blocks_${Math.floor(at / LAYERS)}`;
  if (rest === 'op') return `${where}_downsamplers_0_conv`;
  if (place === '2' || (place === '1' && rest === 'conv')) return `${where}_upsamplers_0_conv`;
  return `${where}_${place === '1' ? 'attentions' : 'resnets'}_${at % LAYERS}_${inner}`;
}
