import { createCreditOrchestratorProvider } from '../../payment/credit/create-credit-orchestrator-provider.ts';
import { signCredit } from '../../payment/credit/credit-authorization.ts';
import { createLocalSigner } from '../../payment/keys/create-local-signer.ts';
import { verifyReceipt } from '../../payment/receipt/verify-receipt.ts';
import type { JobFrame, OpenJobFrame, OrchestratorFrame } from '../../protocol/frames.ts';
import { sha256 } from './accept-job.ts';
import { bytes, open, type Script, setUpJobs, signer } from './jobs-lab.ts';

/** Who pays in the lab. */
export const payer = createLocalSigner(new Uint8Array(32).fill(9));
export const key = { provider: 'credit', payer: payer.address.toLowerCase() };
/** 10 wei for a job, 3 for a character. The contract of the lab bounds nothing. */
export const price = { baseWei: '10', meters: { characters: { amountWei: '3', per: '1' } } };
const far = Date.now() + 600_000;

type SetUp = Pick<NonNullable<Parameters<typeof setUpJobs>[0]>, 'script' | 'slots' | 'meters' | 'database'>;

/** Jobs that cost `price`, and a payer with a balance. */
export function setUpPaidJobs(options: SetUp & { balanceWei?: bigint; topUpWaitMs?: number } = {}) {
  const { balanceWei = 1000n, topUpWaitMs = 60_000, ...more } = options;
  const lab = setUpJobs({
    ...more,
    price,
    providers: [createCreditOrchestratorProvider()],
    limits: { topUpWaitMs },
  });
  lab.desk.ledger.apply(key, { type: 'credit', creditId: 'grant', amountWei: balanceWei });
  const digest = lab.host.list()[0]?.manifest.capabilities[0]?.digest as string;
  /** The payer's word for a job. */
  const authorize = async (frame: OpenJobFrame, amountWei: bigint, { expiresAt = far } = {}) => {
    const { jobId, inputJson } = frame.open;
    const inputSha256 = Buffer.from(sha256(inputJson)).toString('hex');
    const job = { jobId, capability: 'example/echo@1.0.0', contractDigest: digest, inputSha256, price };
    return signCredit(job, { orchestrator: signer.address, signer: payer, amountWei, expiresAt });
  };
  /** The frame that opens a paid job. */
  const paid = async (jobId: string, money: { maxCostWei: bigint; firstWei?: bigint }): Promise<OpenJobFrame> => {
    const frame = open(jobId);
    const { maxCostWei, firstWei = maxCostWei } = money;
    const data = await authorize(frame, firstWei);
    return { ...frame, payment: { provider: 'credit', maxCostWei, data } };
  };
  return { ...lab, authorize, paid };
}

/** The checked receipt among a job's frames. */
export function receiptOf(all: readonly OrchestratorFrame[]) {
  const found = all.find((frame) => frame.type === 'receipt');
  if (found?.type !== 'receipt') throw new Error('there is no receipt');
  const [jobId] = JSON.parse(new TextDecoder().decode(found.receiptJson)).jobId.split(' ');
  return verifyReceipt(found, { jobId, orchestrator: signer.address });
}

/** A handler that says what it has used with each event, then gives its result with the last of it; `go` is awaited before each. */
export function telling(totals: readonly (bigint | undefined)[], go: () => Promise<void> = async () => {}): Script {
  const usageOf = (characters: bigint | undefined) => (characters === undefined ? {} : { characters });
  return async function* (): AsyncGenerator<readonly JobFrame[]> {
    let sequence = 1;
    yield [{ sequence, type: 'accepted', capability: 'example/echo@1.0.0' }];
    for (const [step, characters] of totals.entries()) {
      await go();
      yield [
        { sequence: ++sequence, type: 'event', eventJson: bytes({ step }) },
        { sequence: ++sequence, type: 'usage', usage: usageOf(characters) },
      ];
    }
    const outputJson = bytes({ text: 'hi' });
    yield [{ sequence: sequence + 1, type: 'result', outputJson, usage: usageOf(totals.at(-1)), parts: [] }];
  };
}

/** So many steps of so many characters each. */
export function counting(steps: number, each: bigint, go?: () => Promise<void>): Script {
  return telling(
    Array.from({ length: steps }, (_, step) => BigInt(step + 1) * each),
    go,
  );
}
