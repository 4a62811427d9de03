import type { OrchestratorTarget, Source } from './source.ts';

/**
 * Names orchestrators in a fixed list.
 *
 * @example
 * staticSource(['https://10.0.0.5:8945', { url: 'https://10.0.0.6:8945', address: '0x…' }])
 */
export function staticSource(targets: readonly (string | OrchestratorTarget)[]): Source {
  const list = targets.map((target) => (typeof target === 'string' ? { url: target } : target));
  return {
    name: 'static',
    async *targets() {
      yield list;
    },
  };
}
