import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ByocError, isByocError } from './byoc-error.ts';
import { errorCatalogue } from './catalogue/index.ts';

const files = readdirSync(new URL('catalogue', import.meta.url)).filter((file) => file !== 'index.ts');
const layers: object[] = [];
for (const file of files) {
  const exported: Record<string, object> = await import(`./catalogue/${file.slice(0, -3)}.ts`);
  layers.push(...Object.values(exported));
}

describe('ByocError', () => {
  it('says what happened, what to do, and where to read on', () => {
    const issues = [{ path: '/steps', message: 'must be at most 50, got 120' }];
    const error = new ByocError('CAPABILITY_INPUT_INVALID', { capability: 'a/b@1.0.0', issues });
    expect(error.message).toMatchInlineSnapshot(`
      "Input of a/b@1.0.0 is invalid: \`/steps\` must be at most 50, got 120.
      Hint: Correct the named fields; \`byoc plugin inspect\` or the offer shows the schema.
      Docs: https://github.com/byoc-dev/byoc/blob/main/docs/errors.md#capability_input_invalid"
    `);
    expect(error.status).toEqual({ grpc: 'INVALID_ARGUMENT', http: 400 });
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({ code: 'CAPABILITY_INPUT_INVALID', facts: { issues } });
  });

  it('keeps its cause and what was charged', () => {
    const cause = new Error('inner');
    const error = new ByocError('JOB_NOT_FOUND', { jobId: 'job_1' }, { cause, charged: { amountWei: '5' } });
    expect(error.cause).toBe(cause);
    expect(error.toJSON()).toMatchObject({ charged: { amountWei: '5' } });
    expect(isByocError(error, 'JOB_NOT_FOUND')).toBe(true);
    expect(isByocError(error, 'JOB_FAILED')).toBe(false);
  });
});

describe('the catalogue', () => {
  it('has each code in one layer only', () => {
    const codes = layers.flatMap((layer) => Object.keys(layer));
    expect(codes.toSorted()).toEqual(Object.keys(errorCatalogue).toSorted());
  });

  it.each(Object.entries(errorCatalogue))('%s has a plain code and an HTTP status of an error', (code, row) => {
    expect(code).toMatch(/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/);
    expect(row.http).toBeGreaterThanOrEqual(400);
    expect(row.http).toBeLessThan(600);
  });
});
