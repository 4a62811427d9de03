import { canonicalJson } from '../../../capability/canonical-json.ts';
import { parseManifest } from '../../../manifest/parse-manifest.ts';
import type { JsonValue } from '../../../primitives/json.ts';
import { healthCheck } from '../../../protocol/grpc/health-service.ts';
import { readServiceNames, writeListServices } from '../../../protocol/probe/probe-reflection.ts';
import { WORKER_SERVICE, workerMethods } from '../../../protocol/worker/worker-methods.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import { defineCase } from '../define-case.ts';
import { expectThat } from '../expect-that.ts';

/** Who a worker is, and the standard services beside its own. */
export const identityCases: readonly ConformanceCase[] = [
  defineCase(
    {
      id: 'info-names-the-plugin',
      musts: ['W-32'],
      title: 'names its plugin, version and protocol as its manifest does',
    },
    async (session) => {
      const worker = await session.worker();
      const info = await worker.answer(workerMethods.getInfo, undefined);
      const manifest = parseManifest(await worker.answer(workerMethods.getManifest, undefined), {
        location: 'GetManifest',
      });
      const stated = `${manifest.name} ${manifest.version}`;
      const told = `${info.name} ${info.version}`;
      expectThat(told === stated, `GetInfo to say ${stated}, as the manifest does`, `it said ${told}`);
      const { protocols } = info;
      expectThat(
        protocols.includes('byoc.worker.v1'),
        'the protocol byoc.worker.v1',
        `it speaks ${protocols.join(', ')}`,
      );
      const known = manifest.capabilities.map(({ contract }) => `${contract.name}@${contract.version}`);
      const { capability } = session.sample;
      expectThat(known.includes(capability), `the manifest to name ${capability}`, `it names ${known.join(', ')}`);
    },
  ),
  defineCase(
    {
      id: 'manifest-is-plugin-json',
      musts: ['W-32'],
      title: 'serves the plugin.json that is published',
      needs: ['manifest'],
    },
    async (session) => {
      const worker = await session.worker();
      const served = parseManifest(await worker.answer(workerMethods.getManifest, undefined), {
        location: 'GetManifest',
      });
      const stated = parseManifest(session.target.manifest, { location: 'plugin.json' });
      for (const field of Object.keys({ ...served, ...stated }) as (keyof typeof stated)[]) {
        const [ours, theirs] = [stated[field], served[field]].map((value) =>
          canonicalJson((value ?? null) as JsonValue),
        );
        expectThat(
          ours === theirs,
          `\`${field}\` of plugin.json, ${ours?.slice(0, 300)}`,
          `GetManifest gave ${theirs?.slice(0, 300)}`,
        );
      }
    },
  ),
  defineCase(
    {
      id: 'health-of-a-ready-worker',
      musts: ['W-3'],
      title: 'says SERVING while it is ready, for the server and the service',
    },
    async (session) => {
      const worker = await session.worker();
      for (const name of ['', WORKER_SERVICE]) {
        const status = await worker.answer(healthCheck, name);
        expectThat(status === 1, `the health of \`${name}\` to be SERVING (1)`, `it was ${status}`);
      }
      const { end } = await worker.ask(healthCheck, 'nobody.Knows');
      expectThat(end.status === 'NOT_FOUND', 'NOT_FOUND for a service nobody knows', `it was ${end.status}`);
    },
  ),
  defineCase(
    { id: 'reflection', musts: ['W-3'], title: 'lists its service by reflection v1 and v1alpha' },
    async (session) => {
      const worker = await session.worker();
      for (const version of ['v1', 'v1alpha']) {
        const path = `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`;
        const names = await worker.read(path, writeListServices(), readServiceNames, () => true);
        expectThat(
          names.includes(WORKER_SERVICE),
          `${WORKER_SERVICE} in the list of ${version}`,
          `it held ${names.join(', ')}`,
        );
      }
    },
  ),
];
