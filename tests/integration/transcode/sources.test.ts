import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ByocError } from '@byoc/core';
import { createGateway, fileBlob, type Gateway, staticSource } from '@byoc/core/gateway';
import { createAdminClient } from '@byoc/core/orchestrator';
import { transcode } from '@byoc/plugin-transcode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OrchestratorProcess, startOrchestratorProcess } from '../../support/orchestrator-process.ts';
import { hasPart } from '../../support/require-part.ts';
import { repositoryRoot } from '../../support/run-command.ts';
import { until } from '../../support/until.ts';
import { brokenSources } from './sources/broken-sources.ts';
import { leadingSources } from './sources/leading-sources.ts';
import { limitedJobs } from './sources/limited-jobs.ts';
import { oddSources } from './sources/odd-sources.ts';
import type { SourceRow } from './sources/source-row.ts';

const dockerIsHere = (await hasPart('docker')) && (await hasPart('base-image'));
const runtimes = dockerIsHere ? (['process', 'docker'] as const) : (['process'] as const);
const hasFfmpeg = await hasPart('ffmpeg');

const folder = await mkdtemp(join(tmpdir(), 'byoc-sources-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

// That nothing goes where they lead is proven beside the plugin, for all of them: `bad-sources.test.ts`. Bytes travel without a name.
const leading = leadingSources(() => ({ file: '/etc/hostname', url: 'http://169.254.169.254/latest' })).filter(
  ({ file, source }) => file !== 'leading.mp4' && /playlist of|DASH|concat|SVG|session|png|QuickTime/.test(source),
);
const rows: readonly SourceRow[] = [...brokenSources, ...oddSources, ...leading, ...limitedJobs];
/** Each source is made once, for the first runtime that wants it. */
const made = new Map<SourceRow, Promise<string>>();
async function sourceOf(row: SourceRow): Promise<string> {
  const path = join(folder, `source-${rows.indexOf(row)}`);
  const making = made.get(row) ?? row.make(path).then(() => path);
  made.set(row, making);
  return making;
}

describe.skipIf(!hasFfmpeg).each(runtimes)('a source at a worker of the %s runtime', (runtime) => {
  let dataDirectory: string;
  let orchestrator: OrchestratorProcess;
  let gateway: Gateway;
  const environment = {
    BYOC_TRANSCODE_MAX_SOURCE_PIXELS: '1000000',
    BYOC_TRANSCODE_MAX_SOURCE_BYTES: '4000000',
    BYOC_TRANSCODE_MAX_PIXELS_PER_SECOND: '5000000',
    BYOC_TRANSCODE_MAX_OUTPUTS: '2',
    BYOC_TRANSCODE_MAX_RENDITIONS: '3',
  };

  beforeAll(async () => {
    dataDirectory = await mkdtemp(join(tmpdir(), 'byoc-sources-data-'));
    orchestrator = await startOrchestratorProcess({ dataDirectory, runtime });
    const plugin = { type: 'folder' as const, path: join(repositoryRoot, 'packages/plugin-transcode') };
    await createAdminClient({ dataDirectory }).installPlugin(plugin, { environment });
    gateway = createGateway({ sources: [staticSource([{ url: orchestrator.url, address: orchestrator.address }])] });
    await gateway.ready();
  });
  afterAll(async () => {
    const [plugin = ''] = await readdir(join(dataDirectory, 'plugins'));
    await until(async () => (await readdir(join(dataDirectory, 'plugins', plugin, 'jobs'))).length === 0);
    expect((await createAdminClient({ dataDirectory }).inspectPlugin('byoc/transcode')).restarts).toBe(0);
    await gateway.close();
    await orchestrator.stop();
    await rm(dataDirectory, { recursive: true, force: true });
  });

  it.each(rows)('$source', async (row) => {
    const source = fileBlob(await sourceOf(row));
    const video = { codec: 'h264' as const, preset: 'ultrafast' as const };
    const job = gateway.run(transcode, { video, ...row.input, source });
    if ('right' in row) {
      const result = await job.result;
      const out = join(folder, `${runtime}-${rows.indexOf(row)}`);
      await result.download(out);
      return row.right({ output: result.output, out });
    }
    const error = await job.result.then(
      () => Promise.reject(new Error('it was taken')),
      (thrown: ByocError<'JOB_FAILED'>) => thrown,
    );
    expect(error).toMatchObject({
      code: 'JOB_FAILED',
      facts: { reason: expect.stringContaining(row.refused), hint: expect.stringMatching(/^\S.+\.$/) },
      charged: { amountWei: '0' },
    });
    expect(error.facts.recovery).toBe(row.refused === 'limit-exceeded' ? 'retry-other' : 'fix-request');
    expect(error.message).toMatch(row.says);
  });
});
