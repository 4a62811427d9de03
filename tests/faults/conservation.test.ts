import { DatabaseSync } from 'node:sqlite';
import { verifyReceipt } from '@byoc/core/payment';
import { type Address, livepeerBooks } from '@byoc/core/payment/livepeer';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../packages/core/src/orchestrator/jobs/accept-job.ts';
import { open, type Script, secret, signer } from '../../packages/core/src/orchestrator/jobs/jobs-lab.ts';
import { prepareRows } from '../../packages/core/src/orchestrator/payment/provider-tables.ts';
import { jobsMigration } from '../../packages/core/src/orchestrator/store/jobs-migration.ts';
import { ledgerMigration } from '../../packages/core/src/orchestrator/store/ledger-migration.ts';
import type { GatewayFrame, OrchestratorFrame } from '../../packages/core/src/protocol/frames.ts';
import { openMortalOrchestrator } from '../support/mortal-orchestrator.ts';
import { hasPart } from '../support/require-part.ts';
import { openTicketPayer } from '../support/ticket-payer.ts';
import { startTicketWorld, type TicketWorld } from '../support/ticket-world.ts';
import { type ChainStep, conservationSteps, type JobStep, scriptOf } from './conservation-steps.ts';

/** Steps come from it alone; which tickets win is drawn anew each time. */
const SEED = 20_261_126;
/** Amounts that no rounding leaves alone. */
const price = { baseWei: '100000000000007', meters: { characters: { amountWei: '100000000000003', per: '1' } } };
const recipient = signer.address.toLowerCase() as Address;
const sum = (amounts: Iterable<bigint>) => [...amounts].reduce((total, amount) => total + amount, 0n);

describe.skipIf(!(await hasPart('anvil')))('any sequence of paid jobs, failures, crashes and redemptions', () => {
  let world: TicketWorld;
  const seen = new Set<string>();
  beforeAll(async () => {
    world = await startTicketWorld();
    await world.local.activate(recipient);
  });
  afterAll(() => world?.[Symbol.asyncDispose]());

  /** What the chain says: what the sender has left, what the orchestrator is owed, and what it pays gas from. */
  async function chainBooks() {
    const head = await world.chain.head();
    const { depositWei, reserveWei } = await world.chain.sender(world.sender, head);
    const feesWei = await world.chain.pendingFeesWei(recipient, head);
    return { head, leftWei: depositWei + reserveWei, feesWei, balanceWei: await world.chain.balanceWei(recipient) };
  }

  /** What the orchestrator's file says of tickets. */
  function ticketBooks(file: string) {
    const database = new DatabaseSync(file, { readOnly: true });
    const rows = { prepare: (sql: string) => prepareRows(database, sql) };
    const bookings = [...livepeerBooks.list(rows, 0)];
    const winners = rows
      .prepare('SELECT * FROM livepeer_winners')
      .all()
      .map((row) => {
        const nonce = row['sender_nonce'];
        const rand = BigInt(`0x${Buffer.from(row['recipient_rand'] as Uint8Array).toString('hex')}`);
        return {
          ...{
            hash: `0x${row['hash']}` as const,
            ticket: `${row['recipient_rand_hash']}:${nonce}`,
            event: `${rand}:${nonce}`,
          },
          ...{ phase: row['phase'], reason: row['reason'], faceValueWei: BigInt(String(row['face_value_wei'])) },
        };
      });
    database.close();
    const takenWei = sum(bookings.map((booking) => (booking.type === 'tickets' ? booking.worthWei : 0n)));
    const gasWei = sum(bookings.map((booking) => (booking.type === 'gas' ? booking.costWei : 0n)));
    return { winners, takenWei, gasWei };
  }

  async function startRun() {
    const file = world.file();
    const made = new DatabaseSync(file);
    made.exec(`PRAGMA journal_mode = WAL; ${jobsMigration} ${ledgerMigration}`);
    made.close();
    const fork = await world.local.request('evm_snapshot');
    const before = await chainBooks();
    const death = { at: 0 };
    const jobIds: string[] = [];
    let script: Script | undefined;
    const openNode = () =>
      openMortalOrchestrator(file, {
        ...{ chain: world.chain, price, death },
        script: (...args) => (script as Script)(...args),
      });
    let node = await openNode();
    const gateway = await openTicketPayer(world.chain, recipient);

    /** Ends what was to die but did not; what died starts again on its file. */
    async function survive(where: string): Promise<boolean> {
      death.at = 0;
      if (!node.isDead) return false;
      seen.add(`died ${where}`);
      await node.close();
      node = await openNode();
      return true;
    }

    async function runJob(step: JobStep): Promise<void> {
      const { lab, provider, died } = node;
      const jobId = `job_${String(jobIds.length).padStart(8, '0')}`;
      jobIds.push(jobId);
      const { maxCostWei } = step;
      const opening = open(jobId);
      const inputSha256 = Buffer.from(sha256(opening.open.inputJson)).toString('hex');
      const contractDigest = lab.host.list()[0]?.manifest.capabilities[0]?.digest as string;
      const job = { jobId, capability: 'example/echo@1.0.0', contractDigest, inputSha256, price };
      const asked = { payer: gateway.payer, capability: job.capability, price, maxCostWei };
      const terms = async () => (await provider.terms?.(asked)) ?? new Uint8Array();
      const funds = await gateway.fund(job, { maxCostWei, terms });
      const cancelled = Promise.withResolvers<void>();
      lab.onCancel.splice(0, 1, cancelled.resolve);
      script = scriptOf(step, cancelled.promise);

      const payments: GatewayFrame[] = [];
      let wake = () => {};
      async function* caller(): AsyncGenerator<GatewayFrame> {
        yield { ...opening, payment: { provider: 'livepeer', maxCostWei, data: funds.data } };
        for (;;) {
          const next = payments.shift();
          if (next !== undefined) yield next;
          else await new Promise<void>((resolve) => (wake = resolve));
        }
      }
      let frames: OrchestratorFrame[] = [];
      const isDone = () => frames.filter(({ type }) => type === 'event').length === step.counts.length;
      const follow = async () => {
        for await (const batch of lab.jobs.runJob(caller())) {
          for (const frame of batch) {
            frames.push(frame);
            if (frame.type !== 'payment-required') continue;
            payments.push({ type: 'payment', data: await funds.topUp(frame) });
            seen.add('topped up');
            wake();
          }
          if (step.end === 'cancel' && isDone())
            await lab.jobs.cancelJob({ jobId, jobSecret: secret, reason: 'its caller asked' });
        }
      };
      death.at = step.dieAt;
      const lost = node;
      await Promise.race([follow().catch((error: unknown) => lost.isDead || Promise.reject(error)), died]);
      const hasDied = await survive('in a job');
      const refused = node.lab.rows.get(jobId) === undefined;
      // The gateway comes back for what it has missed.
      if (hasDied && !refused) frames = await node.attach(jobId);
      const receipt = frames.find((frame) => frame.type === 'receipt');
      const result = frames.find((frame) => frame.type === 'result');
      const { problem, receipt: kept } = await funds.close({ receipt, refused, result });
      expect([jobId, problem]).toEqual([jobId, undefined]);
      seen.add(kept?.outcome ?? 'never was');
    }

    async function checkOrchestrator(): Promise<void> {
      const { desk, rows } = node.lab;
      let earnedWei = 0n;
      for (const jobId of jobIds) {
        const end = rows.get(jobId)?.end;
        const kept = await gateway.receipts.get(jobId);
        expect([jobId, kept?.receiptJson]).toEqual([jobId, end?.receiptJson]);
        if (end === undefined || kept === undefined) continue;
        const { amountWei } = verifyReceipt(kept, { jobId, orchestrator: signer.address });
        expect([jobId, end.amountWei]).toEqual([jobId, BigInt(amountWei)]);
        expect(desk.ledger.job(jobId)).toMatchObject({ state: 'settled', chargedWei: end.amountWei, heldWei: 0n });
        earnedWei += end.amountWei;
      }
      expect(gateway.spending.spentWei).toBe(earnedWei);
      // Credit is the worth of tickets that were taken, each once, of those that the gateway has signed.
      const creditedWei = ticketBooks(file).takenWei;
      expect(creditedWei).toBeLessThanOrEqual(sum(gateway.sent.values()));
      const account = { creditedWei, availableWei: creditedWei - earnedWei, heldWei: 0n, earnedWei };
      expect(desk.ledger.account({ provider: 'livepeer', payer: gateway.payer })).toEqual(account);
    }

    async function checkChain(): Promise<void> {
      const after = await chainBooks();
      const { winners, gasWei } = ticketBooks(file);
      for (const { hash, ticket, phase, reason } of winners) {
        seen.add(String(reason ?? phase));
        const isUsed = await world.chain.isUsed(hash, after.head);
        expect({ ticket, isSigned: gateway.sent.has(ticket), isUsed, phase }).toEqual({
          ...{ ticket, isSigned: true, isUsed: phase === 'redeemed' },
          phase: isUsed ? 'redeemed' : 'given-up',
        });
      }
      const redeemed = winners.filter(({ phase }) => phase === 'redeemed');
      const found = await world.chain.redeemed(world.sender, recipient, before.head.blockNumber + 1n, after.head);
      const events = found.map(({ recipientRand, senderNonce }) => `${recipientRand}:${senderNonce}`);
      expect(events.toSorted()).toEqual(redeemed.map(({ event }) => event).toSorted());
      const redeemedWei = sum(redeemed.map(({ faceValueWei }) => faceValueWei));
      expect({
        leftSenderWei: before.leftWei - after.leftWei,
        reachedRecipientWei: after.feesWei - before.feesWei,
        gasWei: before.balanceWei - after.balanceWei,
      }).toEqual({ leftSenderWei: redeemedWei, reachedRecipientWei: redeemedWei, gasWei });
    }

    return {
      async step(step: JobStep | ChainStep): Promise<void> {
        if (step.type === 'job') await runJob(step);
        else {
          if (step.type === 'blocks') await world.mine(41);
          else for (let round = 0; round < 2; round += 1) await world.local.nextRound();
          death.at = step.dieAt;
          await node.look();
          await survive('in a redemption');
          await gateway.look();
        }
        await checkOrchestrator();
      },
      /** Redeems what is left, and closes. */
      async end(): Promise<void> {
        const isOpen = () => node.provider.winners().some(({ phase }) => phase !== 'redeemed' && phase !== 'given-up');
        for (let turn = 0; turn < 20 && isOpen(); turn += 1) {
          await world.mine(41);
          await node.look();
        }
        await checkOrchestrator();
        await checkChain();
        await node.close();
        await gateway.close();
        // Each run has a short chain of its own: a long one is slow.
        await world.local.request('evm_revert', [fork]);
      },
    };
  }

  it('makes no wei and loses none: gateway, orchestrator, receipts and chain agree', async () => {
    const property = fc.asyncProperty(conservationSteps, async (steps) => {
      const run = await startRun();
      for (const step of steps) await run.step(step);
      await run.end();
    });
    await fc.assert(property, { seed: SEED, numRuns: 5, endOnFailure: true });
    const ends = ['succeeded', 'failed-before-output', 'failed-midway', 'failed-by-orchestrator', 'cancelled-midway'];
    const money = ['never was', 'topped up', 'redeemed', 'died in a job', 'died in a redemption'];
    expect([...ends, ...money].filter((what) => !seen.has(what))).toEqual([]);
  });
});
