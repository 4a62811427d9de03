/** Arguments of the sound encoder. */
export function audioArguments(audio: { bitrate: number; channels: number; sampleRate: number }): string[] {
  return ['-c:a', 'aac', '-b:a', String(audio.bitrate), '-ac', String(audio.channels), '-ar', String(audio.sampleRate)];
}
