/** The name under which Docker keeps credentials for its own registry. */
const DOCKER_HUB = 'https://index.docker.io/v1/';

/**
 * Names the registry of an image reference as Docker's config.json does: the first component when it looks like a host,
 * else Docker Hub.
 */
export function registryOf(reference: string): string {
  const [first = '', ...rest] = reference.split('/');
  const isHost = rest.length > 0 && (first === 'localhost' || /[.:]/.test(first));
  return isHost && first !== 'docker.io' && first !== 'index.docker.io' ? first : DOCKER_HUB;
}
