/** A path inside a model's folder, as a server or a manifest gives it: relative, `/` between names, and never out of the folder. */
export function isModelPath(path: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused.
  if (path === '' || path.length > 1000 || /[\u0000-\u001f\\]|^[A-Za-z]:/.test(path)) return false;
  return path.split('/').every((name) => name !== '' && name !== '.' && name !== '..' && name.length <= 255);
}
