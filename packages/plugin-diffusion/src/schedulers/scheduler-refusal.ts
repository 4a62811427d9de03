/** A scheduler, or a setting of one, that can't be run: says which. */
export class SchedulerRefusal extends Error {
  override readonly name = 'SchedulerRefusal';
  /** What is refused, for example `beta_schedule`. */
  readonly setting: string;
  /** Its value, as text. */
  readonly value: string;

  constructor(setting: string, value: unknown, known: string) {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    super(`\`${setting}\` is \`${String(text).slice(0, 100)}\`; known here: ${known}`);
    this.setting = setting;
    this.value = String(text);
  }
}
