/** A step of the sampler. */
export interface SchedulerStep {
  /** Which of `timesteps` the network was run at. Steps come in order; the first one may be later than 0. */
  readonly index: number;
  /** What the network gave. */
  readonly model: Float32Array;
  /** The sample before the step, as `step` gave it. */
  readonly sample: Float32Array;
  /** Draws normal noise of the sample's size. Called at most once a step, by samplers that add noise. */
  readonly noise: () => Float32Array;
}

/** A sampler that is set to a number of steps. It holds the history of one picture, so each picture gets its own. */
export interface Scheduler {
  /** What the network is told, one for each of its runs. */
  readonly timesteps: readonly number[];
  /** The first sample is noise times this. */
  readonly initNoiseSigma: number;
  /** The network's input at a step. */
  scale(sample: Float32Array, index: number): Float32Array;
  /** The next sample. */
  step(step: SchedulerStep): Float32Array;
  /** A clean sample with the noise that belongs to the start of a step; at `timesteps.length` the clean sample itself. */
  addNoise(original: Float32Array, noise: Float32Array, index: number): Float32Array;
}

/** How a sampler is set. */
export interface SchedulerOptions {
  readonly steps: number;
  /** How much noise DDIM (0 to 1) and TCD add back. @default 0 for DDIM, 0.3 for TCD */
  readonly eta?: number | undefined;
  /** Flow matching: the sigmas before the shift. @default evenly spaced over the schedule */
  readonly sigmas?: readonly number[] | undefined;
  /** Flow matching with dynamic shift: how far it shifts, by the picture's size. */
  readonly mu?: number | undefined;
}
