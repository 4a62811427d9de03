import { apply, gamutMatrix, luminanceWeights, type Triple } from './colour-gamut.ts';
import {
  HLG_GAMMA,
  HLG_PEAK,
  hlgToScene,
  lightToPq,
  pqToLight,
  REFERENCE_WHITE,
  SCREEN_GAMMA,
  sceneToHlg,
} from './transfer-curves.ts';

/** How light is written in a signal. */
export type DynamicRange = 'sdr' | 'pq' | 'hlg';

/** Colours that become BT.709. */
export interface ToneMapSource {
  readonly range: DynamicRange;
  /** For example `bt2020`. */
  readonly primaries: string;
  /** The brightest light, in cd/m². */
  readonly peak: number;
}

/** Light up to this share of white stays as it is; brighter light is pressed together. */
const KNEE = 0.3;

/** Makes the function from a signal of RGB, 0 to 1, to one of BT.709: white at about 85 %, highlights above, hues kept. */
export function toneMap(source: ToneMapSource): (signal: Triple) => Triple {
  const matrix = gamutMatrix(source.primaries, 'bt709');
  const weights = luminanceWeights(source.primaries);
  const press = compress(source.range === 'sdr' ? 1 : source.peak / REFERENCE_WHITE);
  return (signal) => {
    const light = toLight(source.range, weights, signal).map((value) => value / REFERENCE_WHITE) as unknown as Triple;
    const colour = apply(matrix, light);
    const brightest = Math.max(...colour, 1e-9);
    const scale = press(brightest) / brightest;
    return colour.map((value) => clip(value * scale) ** (1 / SCREEN_GAMMA)) as unknown as Triple;
  };
}

/** What a colour of the web (sRGB, 0 to 1) is in a signal of high dynamic range: for pictures and letters that are laid over it. */
export function toHighRange(range: 'pq' | 'hlg', primaries: string): (colour: Triple) => Triple {
  const matrix = gamutMatrix('bt709', primaries);
  const weights = luminanceWeights(primaries);
  return (colour) => {
    const light = apply(
      matrix,
      colour.map((value) => REFERENCE_WHITE * clip(value) ** SCREEN_GAMMA) as unknown as Triple,
    );
    if (range === 'pq') return light.map(lightToPq) as unknown as Triple;
    const luminance = Math.max(1e-9, dot(weights, light) / HLG_PEAK) ** (1 / HLG_GAMMA);
    const scale = luminance / Math.max(1e-9, dot(weights, light));
    return light.map((value) => clip(sceneToHlg(value * scale))) as unknown as Triple;
  };
}

function toLight(range: DynamicRange, weights: Triple, signal: Triple): Triple {
  if (range === 'sdr') return signal.map((value) => REFERENCE_WHITE * clip(value) ** SCREEN_GAMMA) as unknown as Triple;
  if (range === 'pq') return signal.map(pqToLight) as unknown as Triple;
  const scene = signal.map(hlgToScene) as unknown as Triple;
  const scale = HLG_PEAK * Math.max(1e-9, dot(weights, scene)) ** (HLG_GAMMA - 1);
  return scene.map((value) => value * scale) as unknown as Triple;
}

/** The curve that is known as Möbius: straight up to the knee, then bent so that `peak` becomes 1. */
function compress(peak: number): (value: number) => number {
  if (peak <= 1) return (value) => value;
  const a = (-KNEE * KNEE * (peak - 1)) / (KNEE * KNEE - 2 * KNEE + peak);
  const b = (KNEE * KNEE - 2 * KNEE * peak + peak) / (peak - 1);
  const factor = (b * b + 2 * b * KNEE + KNEE * KNEE) / (b - a);
  return (value) => (value <= KNEE ? value : Math.min(1, (factor * (value + a)) / (value + b)));
}

const clip = (value: number) => Math.min(1, Math.max(0, value));
const dot = (a: Triple, b: Triple) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
