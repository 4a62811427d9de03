import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { ByocError } from '../../errors/byoc-error.ts';
import type { ModelLocation } from '../../manifest/model-uri.ts';
import type { HubSettings } from './hub-settings.ts';
import { explainAnswer, explainBreak } from './model-failure.ts';
import type { ModelHttp } from './model-http.ts';

/** A file of a repository of the hub. */
export interface HubFile {
  readonly path: string;
  readonly url: string;
  readonly sizeBytes: number | undefined;
  /** Of files in large file storage: all weights are. */
  readonly sha256: string | undefined;
  /** Of the other files. */
  readonly blobId: string | undefined;
}

const schema = z.object({
  sha: z.string().regex(/^[0-9a-f]{40,64}$/),
  siblings: z.array(
    z.object({
      rfilename: z.string(),
      size: z.number().int().min(0).nullish(),
      // A file in large file storage has that of its pointer.
      blobId: z.string().nullish(),
      lfs: z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/), size: z.number().int().min(0) }).nullish(),
    }),
  ),
});

/**
 * Lists a repository of the hub at a revision, by its API: `GET /api/models/{repository}/revision/{revision}?blobs=true`. The addresses
 * are those of the commit that the revision means now.
 *
 * @throws ByocError MODEL_*
 */
export async function listHubFiles(
  location: Extract<ModelLocation, { type: 'hub' }>,
  { model, hub, http, signal }: { model: string; hub: HubSettings; http: ModelHttp; signal: AbortSignal },
): Promise<HubFile[]> {
  const { repository, revision } = location;
  const url = `${hub.endpoint}/api/models/${repository}/revision/${encodeURIComponent(revision)}?blobs=true`;
  const asked = { model, url, hasToken: hub.token !== undefined };
  let body: string;
  try {
    const answer = await http.get(url, { signal });
    if (answer.status !== 200) throw (await explainAnswer(answer, asked)).error;
    body = await text(answer.body);
  } catch (error) {
    signal.throwIfAborted();
    throw explainBreak(error, asked);
  }
  const parsed = schema.safeParse(parseJson(body));
  if (!parsed.success)
    throw new ByocError('MODEL_FETCH_FAILED', { model, reason: `${hub.endpoint} does not answer as the hub does` });
  const { sha, siblings } = parsed.data;
  return siblings.map(({ rfilename, size, blobId, lfs }) => ({
    path: rfilename,
    url: `${hub.endpoint}/${repository}/resolve/${sha}/${rfilename.split('/').map(encodeURIComponent).join('/')}`,
    sizeBytes: lfs?.size ?? size ?? undefined,
    sha256: lfs?.sha256,
    blobId: lfs ? undefined : (blobId ?? undefined),
  }));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
