/** Turns words into the numbers that a text encoder knows. */
export interface PromptTokenizer {
  /** Numbers of a text, without start and end. */
  encode(text: string): number[];
  /** What a chunk starts with; T5's start with the first word. */
  readonly start: number | undefined;
  readonly end: number;
  readonly pad: number;
  /** Numbers that the encoder takes at once, start and end included. */
  readonly length: number;
}
