import { type ErrorCode, errorCatalogue } from '../../errors/catalogue/index.ts';
import type { ProbeError } from '../../protocol/probe/read-probe-error.ts';
import { expectThat } from './expect-that.ts';

/** Checks an error as W-50 wants it, and that it is of one code. Returns its facts. */
export function expectError(error: ProbeError | undefined, code: ErrorCode, where: string): Record<string, unknown> {
  const expected = `${where} to be ${code} as a google.rpc.Status with one ErrorInfo`;
  expectThat(error !== undefined, expected, 'there was no google.rpc.Status');
  const [info] = error.infos;
  expectThat(info !== undefined && error.infos.length === 1, expected, `it held ${error.infos.length} ErrorInfos`);
  expectThat(info.domain === 'byoc.dev', `${expected} of the domain byoc.dev`, `the domain was \`${info.domain}\``);
  expectThat(info.reason === code, expected, `the reason was \`${info.reason}\` (${error.message})`);
  const status = errorCatalogue[code].grpc;
  expectThat(error.status === status, `${where} to have the status ${status}`, `it was ${error.status}`);
  return factsOf(info.metadata['facts'], where);
}

function factsOf(text: string | undefined, where: string): Record<string, unknown> {
  const expected = `metadata.facts of ${where} to be a JSON object`;
  let facts: unknown;
  try {
    facts = JSON.parse(text ?? '');
  } catch {
    facts = undefined;
  }
  const isObject = typeof facts === 'object' && facts !== null && !Array.isArray(facts);
  expectThat(isObject, expected, `it was \`${text ?? 'absent'}\``);
  return facts as Record<string, unknown>;
}
