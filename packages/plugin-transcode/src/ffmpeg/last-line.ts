/** The line that says most about a failure: the last error, or the last line. */
export function lastLine(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => /\S/.test(line));
  return withoutPaths(
    lines.findLast((line) => /\[(error|fatal)\]|not on whitelist|Invalid data|moov|No space/i.test(line)) ??
      lines.at(-1) ??
      '',
  );
}

/** A line of ffmpeg for people: short, without addresses in memory, and without paths, which are the worker's. */
export function withoutPaths(line: string): string {
  return line
    .replace(/^(\[[^\]]*\] ?)+/, '')
    .replace(/ on whitelist '[^']*'/, ' among those allowed')
    .replace(/(file:)?\/\S+\//g, '')
    .slice(0, 200)
    .trim();
}
