/** What a case found wrong. `defineCase` makes the catalogued error of it. */
export class Mismatch extends Error {
  override readonly name = 'Mismatch';
  readonly expected: string;
  readonly observed: string;

  constructor(expected: string, observed: string) {
    super(`expected ${expected}, but ${observed}`);
    this.expected = expected;
    this.observed = observed;
  }
}
