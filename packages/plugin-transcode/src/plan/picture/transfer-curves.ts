/** cd/m² of white in standard video, where it stands in a picture of high dynamic range (ITU-R BT.2408). */
export const REFERENCE_WHITE = 203;

/** PQ (SMPTE ST 2084): a signal of 0 to 1 as cd/m². */
export function pqToLight(signal: number): number {
  const root = Math.max(0, signal) ** (1 / M2);
  return 10_000 * (Math.max(root - C1, 0) / (C2 - C3 * root)) ** (1 / M1);
}

/** The inverse of `pqToLight`. */
export function lightToPq(light: number): number {
  const power = (Math.min(10_000, Math.max(0, light)) / 10_000) ** M1;
  return ((C1 + C2 * power) / (1 + C3 * power)) ** M2;
}

/** HLG (ARIB STD-B67): a signal of 0 to 1 as light of the scene, 0 to 1. */
export function hlgToScene(signal: number): number {
  const value = Math.max(0, signal);
  return value <= 0.5 ? (value * value) / 3 : (Math.exp((value - HLG_C) / HLG_A) + HLG_B) / 12;
}

/** The inverse of `hlgToScene`. */
export function sceneToHlg(scene: number): number {
  const value = Math.max(0, scene);
  return value <= 1 / 12 ? Math.sqrt(3 * value) : HLG_A * Math.log(12 * value - HLG_B) + HLG_C;
}

/** cd/m² of the screen that HLG is made for, and the exponent that it shows scenes with (ITU-R BT.2100). */
export const HLG_PEAK = 1000;
export const HLG_GAMMA = 1.2;

/** The exponent of a screen of standard video (ITU-R BT.1886). */
export const SCREEN_GAMMA = 2.4;

const M1 = 2610 / 16_384;
const M2 = (2523 / 4096) * 128;
const C1 = 3424 / 4096;
const C2 = (2413 / 4096) * 32;
const C3 = (2392 / 4096) * 32;
const HLG_A = 0.178_832_77;
const HLG_B = 1 - 4 * HLG_A;
const HLG_C = 0.5 - HLG_A * Math.log(4 * HLG_A);
