import type { JobResult } from '@byoc/core/gateway';
import type { TranscodeOutput } from '@byoc/plugin-transcode';
import { expect, it } from 'vitest';
import { exitCodeOf } from './terminal/exit-code.ts';
import { verifyResult } from './verify-result.ts';

const output: TranscodeOutput = {
  source: {
    format: 'mov',
    durationMs: 1000,
    bytes: 1,
    video: {
      codec: 'h264',
      width: 320,
      height: 180,
      codedWidth: 320,
      codedHeight: 180,
      rotation: 0,
      frameRate: 25,
      pixelFormat: 'yuv420p',
    },
  },
  renditions: [],
  sounds: [],
  subtitles: [],
  outputs: [],
  ffmpeg: { version: '5.1', origin: 'path' },
  usage: { pixels: '25' },
  warnings: [],
};
const result = (usage: JobResult['usage']) => ({
  output,
  usage,
  parts: [],
  jobId: 'job_1',
  orchestrator: { url: 'https://a:1', address: '0x1' } as JobResult['orchestrator'],
});
const { signal } = new AbortController();

it('reports a bill that the files do not explain', async () => {
  const verified = await verifyResult('video/transcode@^1', result({ pixels: 25n }), '/nowhere', signal);
  expect(verified?.error).toMatchObject({ code: 'USAGE_MISMATCH' });
  expect(verified?.error?.shortMessage).toMatchInlineSnapshot(
    `"The result of video/transcode from https://a:1 (job job_1) does not agree with its bill: 25 pixels were billed, and the files hold 0."`,
  );
  expect(exitCodeOf(verified?.error)).toBe(1);
});

it('is content with a bill that the files explain, and leaves other capabilities alone', async () => {
  expect(await verifyResult('video/transcode', result({ pixels: 0n }), '/nowhere', signal)).toMatchObject({
    error: undefined,
    counted: '0 pixels',
  });
  expect(await verifyResult('demo/echo', result({}), '/nowhere', signal)).toBeUndefined();
});

it('says that it could not count when the output is none of the capability', async () => {
  const broken = { ...result({ pixels: 25n }), output: { ...output, renditions: 'three' } };
  const verified = await verifyResult('video/transcode', broken, '/nowhere', signal);
  expect(verified?.error).toMatchObject({ code: 'CAPABILITY_OUTPUT_INVALID' });
  expect(verified?.error?.shortMessage).toContain('renditions');
  expect(exitCodeOf(verified?.error)).not.toBe(0);
});
