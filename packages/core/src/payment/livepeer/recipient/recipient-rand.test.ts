import { createHmac } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  hex,
  params,
  recipient,
  recipientRandOfParams,
  sender,
  toHex,
} from '../../../../../../tests/fixtures/tickets/vectors.ts';
import { createPortableEngine } from '../../keys/create-portable-engine.ts';
import { auxData } from '../ticket/pack-ticket.ts';
import { minimalBytes } from '../ticket/uint256-bytes.ts';
import { loadTicketSecret } from './load-ticket-secret.ts';
import { recipientRand } from './recipient-rand.ts';

const engine = createPortableEngine();
const secret = hex('11'.repeat(32));

describe('recipientRand', () => {
  const binding = { ...params, sender, purpose: 'video/transcode@1.0.0 30/1' };

  it('has the fields and the HMAC of the worked example, and its hash', () => {
    // go-livepeer joins the fields without their lengths; its random number is the recipient's own affair.
    const message = [
      params.seed,
      sender,
      minimalBytes(params.faceValueWei),
      minimalBytes(params.winProb),
      minimalBytes(params.expirationBlock),
      minimalBytes(30n),
      minimalBytes(1n),
      auxData(params),
    ];
    const joined = Buffer.concat(message);
    expect(joined).toHaveLength(159);
    expect(new Uint8Array(createHmac('sha256', secret).update(joined).digest())).toEqual(recipientRandOfParams);
    expect(engine.keccak256(recipientRandOfParams)).toEqual(params.recipientRandHash);
  });

  it('is the same again for the same fields, and another one when any of them changes', () => {
    const rand = recipientRand(secret, binding);
    expect(recipientRand(secret, { ...binding })).toEqual(rand);
    const others = [
      { sender: recipient },
      { seed: hex('23'.repeat(32)) },
      { faceValueWei: 1n },
      { winProb: 1n },
      { expirationBlock: 1n },
      { creationRound: 1n },
      { creationRoundBlockHash: hex('cd'.repeat(32)) },
      { purpose: 'text/chat@1.0.0 30/1' },
    ].map((change) => toHex(recipientRand(secret, { ...binding, ...change })));
    expect(new Set([...others, toHex(rand), toHex(recipientRand(hex('12'.repeat(32)), binding))]).size).toBe(10);
  });

  it('does not let a sender move bytes from one number to the next', () => {
    // Joined without lengths, both would be the same message.
    const moved = {
      ...binding,
      faceValueWei: (binding.faceValueWei << 8n) | 0x6fn,
      winProb: BigInt(`0x${toHex(minimalBytes(binding.winProb)).slice(2)}`),
    };
    const joined = (fields: typeof binding) =>
      toHex(Buffer.concat([minimalBytes(fields.faceValueWei), minimalBytes(fields.winProb)]));
    expect(joined(moved)).toBe(joined(binding));
    expect(recipientRand(secret, moved)).not.toEqual(recipientRand(secret, binding));
  });
});

describe('loadTicketSecret', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'byoc-secret-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('makes a secret once, for its owner only, however many ask at once', async () => {
    const path = join(folder, 'ticket-secret');
    const made = await Promise.all(Array.from({ length: 8 }, () => loadTicketSecret(path)));
    expect(new Set(made.map(toHex)).size).toBe(1);
    expect(made[0]).toHaveLength(32);
    expect(await loadTicketSecret(path)).toEqual(made[0]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['ticket-secret']);
  });

  it('refuses a damaged file, and does not replace it', async () => {
    const path = join(folder, 'damaged');
    await writeFile(path, 'abc');
    await expect(loadTicketSecret(path)).rejects.toMatchObject({ code: 'PAYMENT_SECRET_UNREADABLE' });
    await expect(loadTicketSecret(join(folder, 'no', 'folder'))).rejects.toMatchObject({
      code: 'PAYMENT_SECRET_UNREADABLE',
    });
    expect((await stat(path)).size).toBe(3);
  });
});
