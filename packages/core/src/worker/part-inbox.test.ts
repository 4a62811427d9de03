import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PartInbox } from './part-inbox.ts';

let jobPath: string;
let stop: AbortController;
let inbox: PartInbox;

beforeEach(() => {
  jobPath = mkdtempSync(join(tmpdir(), 'byoc-inbox-'));
  stop = new AbortController();
  inbox = new PartInbox({ jobId: 'job_0001', jobPath, staged: [], signal: stop.signal });
});
afterEach(() => rmSync(jobPath, { recursive: true }));

async function send(part: string, text: string): Promise<void> {
  const half = text.length / 2;
  await inbox.push({ type: 'chunk', part, data: Buffer.from(text.slice(0, half)), last: false });
  await inbox.push({ type: 'chunk', part, data: Buffer.from(text.slice(half)), last: true });
}

describe('the inbox of parts', () => {
  it('gives files that a handler takes one by one, in another order than they come', async () => {
    const sent = send('mask', 'the mask')
      .then(() => send('image', 'the image'))
      .then(() => inbox.end());
    expect(readFileSync(await inbox.file({ $part: 'image' }), 'utf8')).toBe('the image');
    expect(readFileSync(await inbox.file({ $part: 'mask' }), 'utf8')).toBe('the mask');
    await sent;
  });

  it('streams a part that came while the handler waited for another one', async () => {
    const sent = send('mask', 'the mask').then(() => send('image', 'the image'));
    await inbox.file({ $part: 'image' });
    const chunks: Uint8Array[] = [];
    for await (const chunk of inbox.stream({ $part: 'mask' })) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('the mask');
    await sent;
  });

  it('says which part never came whole, also of those that were set aside', async () => {
    const image = inbox.file({ $part: 'image' });
    await inbox.push({ type: 'chunk', part: 'mask', data: Buffer.from('half'), last: false });
    inbox.end();
    await expect(image).rejects.toMatchObject({ code: 'JOB_PART_MISSING', facts: { part: 'image' } });
    await expect(inbox.file({ $part: 'mask' })).rejects.toMatchObject({ facts: { part: 'mask' } });
  });

  it('lets the caller wait while no part is asked for', async () => {
    let isTaken = false;
    const sent = send('image', 'the image').then(() => {
      isTaken = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isTaken).toBe(false);
    stop.abort(new Error('cancelled'));
    await sent;
  });
});
