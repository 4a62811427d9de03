import { ByocError, isByocError } from '../../errors/byoc-error.ts';

const lost = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ETIMEDOUT']);

/** Says what an error of dockerode, docker-modem or the socket means. `action` completes "could not …". */
export function translateDockerError(error: unknown, action: string, image = ''): ByocError {
  if (isByocError(error)) return error;
  const { code, statusCode, reason, message, address } = error as {
    code?: string;
    statusCode?: number;
    reason?: string;
    message?: string;
    address?: string;
  };
  const text = (message ?? String(error))
    .replace(/^\(HTTP code \d+\) [^-]*- /, '')
    .trim()
    .replace(/\.$/, '');
  if (code === 'EACCES')
    return new ByocError('DOCKER_PERMISSION', { socket: address ?? 'its socket' }, { cause: error });
  if (code !== undefined && lost.has(code)) return new ByocError('DOCKER_LOST', { reason: text }, { cause: error });
  if (/could not select device driver|unknown GPU|CDI device|nvidia-container/i.test(text))
    return new ByocError('GPU_UNAVAILABLE', { reason: text }, { cause: error });
  if (/no space left on device/i.test(text))
    return new ByocError('DISK_FULL', { path: "the container engine's storage" }, { cause: error });
  if (
    image !== '' &&
    (statusCode === 404 ||
      /not found|pull access denied|manifest unknown|unauthorized|no basic auth credentials|authentication required|denied: |no such host|connection refused|i\/o timeout/i.test(
        text,
      ))
  ) {
    return new ByocError('IMAGE_NOT_FOUND', { image, reason: text || (reason ?? '') }, { cause: error });
  }
  return new ByocError('DOCKER_FAILED', { action, reason: text }, { cause: error });
}
