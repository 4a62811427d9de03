/** sd-server reads settings out of prompts; a caller's must not change what was agreed on, such as the steps. */
const MARK = /<\/?sd_cpp_extra_args>/gi;

/** A prompt without the marks that make a server read settings out of it. */
export function takeOutSettings(prompt: string): string {
  const rest = prompt.replaceAll(MARK, '');
  // What is left may be one again: <sd_cpp_<sd_cpp_extra_args>extra_args>.
  return rest === prompt ? rest : takeOutSettings(rest);
}
