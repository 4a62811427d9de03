import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { ByocError } from '../errors/byoc-error.ts';
import type { FieldIssue } from '../errors/catalogue/capability.ts';
import { ajvIssues } from './ajv-issues.ts';
import type { CapabilityContract } from './capability.ts';
import { checkContractSchema } from './check-contract-schema.ts';

/** Checks values against a contract that is only JSON. Each answers every issue at once; none when the value is fine. */
export interface ContractValidator {
  validateInput(value: unknown): FieldIssue[];
  validateOutput(value: unknown): FieldIssue[];
  /** A capability without events takes none. */
  validateEvent(value: unknown): FieldIssue[];
  /** A capability without live parameters takes none. */
  validateUpdate(value: unknown): FieldIssue[];
}

type Part = 'input' | 'output' | 'event' | 'update';

/** A pattern never sees a text longer than this: it fails instead. Bounds what a slow pattern of a stranger can cost. */
const LONGEST_MATCHED = 65_536;

/**
 * Makes a validator of a contract. Each schema is compiled at its first use, once. Values are not changed: defaults are
 * filled in by the worker.
 *
 * The schemas may come from a stranger: size, depth, pattern length and references are bounded before compilation (see
 * `checkContractSchema`), and no format can run code. A slow `pattern` remains a risk; docs/capabilities.md names it.
 *
 * @throws ByocError CAPABILITY_DEFINITION_INVALID, at the first use of a schema that is unsafe or no JSON Schema
 */
export function createContractValidator(contract: CapabilityContract): ContractValidator {
  const compiled = new Map<Part, ValidateFunction>();
  const validate = (part: Part, value: unknown): FieldIssue[] => {
    const schema = contract[part];
    if (schema === undefined) return [{ path: '', message: `is not allowed: the capability has no ${part}` }];
    let check = compiled.get(part);
    if (check === undefined) {
      check = compile(`${contract.name}@${contract.version}`, part, schema);
      compiled.set(part, check);
    }
    try {
      return check(value) ? [] : ajvIssues(check.errors ?? []);
    } catch (error) {
      if (error instanceof RangeError) return [{ path: '', message: 'is nested too deep' }];
      throw error;
    }
  };
  return {
    validateInput: (value) => validate('input', value),
    validateOutput: (value) => validate('output', value),
    validateEvent: (value) => validate('event', value),
    validateUpdate: (value) => validate('update', value),
  };
}

function compile(capability: string, part: Part, schema: object): ValidateFunction {
  const refuse = (reason: string, cause?: unknown) =>
    new ByocError('CAPABILITY_DEFINITION_INVALID', { capability, reason: `\`${part}\`: ${reason}` }, { cause });
  const unsafe = checkContractSchema(schema);
  if (unsafe !== undefined) throw refuse(unsafe);
  try {
    return createAjv().compile(schema);
  } catch (cause) {
    throw refuse(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function createAjv(): Ajv2020 {
  const regExp = Object.assign(
    (pattern: string, flags: string) => {
      const expression = new RegExp(pattern, flags);
      return {
        test: (text: string) => text.length <= LONGEST_MATCHED && expression.test(text),
        // Ajv keeps patterns under this name: without one, all would be the first.
        toString: () => String(expression),
      };
    },
    { code: 'new RegExp' },
  );
  return new Ajv2020({
    allErrors: true,
    verbose: true,
    strict: false,
    logger: false,
    code: { regExp },
    formats: {
      uri: (text: string) => URL.canParse(text),
      'date-time': (text: string) => !Number.isNaN(Date.parse(text)),
    },
  });
}
