import { imageServerFailures } from './image-server-failures.ts';
import type { Sampler, ServerFacts } from './server-dialect.ts';

/** What servers call our schedulers: A1111 and its kin, ComfyUI, sd-server. The first that a server lists is taken. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  ddim: ['DDIM', 'ddim', 'ddim_trailing'],
  ddpm: ['DDPM', 'ddpm'],
  pndm: ['PLMS', 'PNDM'],
  euler: ['Euler', 'euler'],
  'euler-ancestral': ['Euler a', 'euler_ancestral', 'euler_a'],
  heun: ['Heun', 'heun'],
  lms: ['LMS', 'lms'],
  'dpm++-2m': ['DPM++ 2M', 'dpmpp_2m', 'dpm++2m'],
  'dpm++-2m-sde': ['DPM++ 2M SDE', 'dpmpp_2m_sde', 'dpm++2m_sde'],
  deis: ['DEIS', 'deis'],
  unipc: ['UniPC', 'uni_pc'],
  lcm: ['LCM', 'lcm'],
  tcd: ['TCD', 'tcd'],
  'flow-euler': ['Euler', 'euler'],
};

/**
 * Finds a server's sampler for a scheduler: one of our names, with `-karras` behind it or not, or the server's own.
 *
 * @returns undefined where none is asked for: the server takes its own
 * @throws ImageFailure scheduler-refused
 */
export function nameSampler(
  scheduler: string | undefined,
  { samplers, schedules }: Pick<ServerFacts, 'samplers' | 'schedules'>,
): Sampler | undefined {
  if (scheduler === undefined) return undefined;
  // What it has, it must say itself.
  if (samplers === undefined) return { name: scheduler, schedule: undefined };
  const listed = new Map(samplers.map((name) => [name.toLowerCase(), name]));
  const find = (name: string) => listed.get(name.toLowerCase());
  const own = find(scheduler);
  if (own !== undefined) return { name: own, schedule: undefined };
  const isKarras = scheduler.endsWith('-karras');
  const names = NAMES[isKarras ? scheduler.slice(0, -'-karras'.length) : scheduler] ?? [];
  const karras = schedules?.find((name) => name.toLowerCase() === 'karras');
  for (const name of names) {
    const found = find(name);
    if (found !== undefined && !isKarras) return { name: found, schedule: undefined };
    if (found !== undefined && karras !== undefined) return { name: found, schedule: karras };
    // Before it had a list of its own, A1111 had it in the name.
    const joined = isKarras ? find(`${name} Karras`) : undefined;
    if (joined !== undefined) return { name: joined, schedule: undefined };
  }
  throw imageServerFailures.schedulerUnknown(scheduler, [
    ...Object.entries(NAMES).flatMap(([ours, theirs]) => (theirs.some((name) => find(name)) ? [ours] : [])),
    ...samplers,
  ]);
}
