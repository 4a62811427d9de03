import { constants, copyFile, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createGateway, fileBlob, type Gateway, staticSource } from '@byoc/core/gateway';
import { connectOrchestrator } from '@byoc/core/protocol';
import { work } from './plugin/plugin.ts';
import { openLab } from './support/open-lab.ts';
import { watchMemory } from './support/resident-memory.ts';
import { median, report } from './support/statistics.ts';

/**
 * A 1 GiB input on the same host against a plain copy of the same file, and over HTTPS as from another host.
 * The plain copy uses the same flags as the gateway's. Where the file system can clone, the gateway's copy is a clone and costs nothing: then the bar says nothing, and that is printed.
 */
const MIB = 1024 ** 2;
const SIZE = 1024 * MIB;
const ROUNDS = 4;

await using lab = await openLab();
await using gateway = createGateway({ sources: [staticSource([lab.url])] });
await gateway.ready();
const source = join(lab.directory, 'source.bin');
const file = await open(source, 'w');
const block = Buffer.alloc(4 * MIB, 'some bytes that are not zero ');
for (let written = 0; written < SIZE; written += block.length) await file.write(block);
await file.sync();
await file.close();

async function plainCopy(mode: number): Promise<number> {
  const target = join(lab.directory, 'copy.bin');
  const startedAt = performance.now();
  await copyFile(source, target, mode);
  const elapsedMs = performance.now() - startedAt;
  await rm(target);
  return elapsedMs;
}

async function job(through: Gateway): Promise<number> {
  const startedAt = performance.now();
  const { output } = await through.run(work, { source: fileBlob(source) }).result;
  const elapsedMs = performance.now() - startedAt;
  if (output.sourceBytes !== SIZE) throw new Error(`the handler saw ${output.sourceBytes} bytes`);
  return elapsedMs;
}

const clones = await plainCopy(constants.COPYFILE_FICLONE_FORCE).then(
  () => true,
  () => false,
);
await plainCopy(constants.COPYFILE_FICLONE);
await gateway.run(work, {}).result;
const memory = watchMemory({ gateway: 'self', orchestrator: lab.orchestratorPid });
await memory.start();
const copies: number[] = [];
const jobs: number[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  // Taking turns at being first: the second writes while the kernel still flushes what the first wrote.
  if (round % 2 === 0) copies.push(await plainCopy(constants.COPYFILE_FICLONE));
  jobs.push(await job(gateway));
  if (round % 2 === 1) copies.push(await plainCopy(constants.COPYFILE_FICLONE));
}
const sameHost = await memory.stop();
const ratio = median(jobs.map((ms, round) => ms / (copies[round] as number)));
console.log(
  `1 GiB, ms (median): plain copy ${median(copies).toFixed(0)}, job ${median(jobs).toFixed(0)}; ${
    clones ? 'the file system clones: the job makes no copy' : 'the file system does not clone: both copy every byte'
  }`,
);
report('1 GiB input on the same host / copyFile', ratio.toFixed(3), '≤ 1.1', ratio <= 1.1);
tellMemory(sameHost);

// A gateway that is not told of the shared directory, as one on another host.
await using remote = createGateway({
  sources: [staticSource([lab.url])],
  connect: async (options) => {
    const connected = await connectOrchestrator(options);
    return { ...connected, info: { ...connected.info, localDirectory: '' } };
  },
});
await remote.run(work, {}).result;
const uploadMemory = watchMemory({ gateway: 'self', orchestrator: lab.orchestratorPid });
await uploadMemory.start();
const uploadMs = await job(remote);
console.log(`1 GiB over HTTPS on the loopback: ${(SIZE / MIB / (uploadMs / 1000)).toFixed(0)} MiB/s`);
tellMemory(await uploadMemory.stop());

function tellMemory(seen: Awaited<ReturnType<typeof memory.stop>>): void {
  for (const [name, { first, max }] of seen) {
    const grownMib = (max - first) / MIB;
    const value = `${grownMib.toFixed(0)} MiB over ${(first / MIB).toFixed(0)}`;
    report(`memory of the ${name} grew by`, value, '≤ 64 MiB: flat', grownMib <= 64);
  }
}
