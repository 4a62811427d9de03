import type { AnyCapability, CapabilityContract } from '../../capability/capability.ts';
import { type ContractValidator, createContractValidator } from '../../capability/contract-validator.ts';
import { zodIssues } from '../../capability/zod-issues.ts';
import { ByocError } from '../../errors/byoc-error.ts';
import type { FieldIssue } from '../../errors/catalogue/capability.ts';

/** Checks what goes into a job and what comes out of it. Each throws CAPABILITY_INPUT_INVALID or CAPABILITY_OUTPUT_INVALID. */
export interface ContractChecks {
  input(value: unknown): void;
  update(value: unknown): void;
  output(value: unknown): unknown;
  event(value: unknown): unknown;
}

const validators = new WeakMap<CapabilityContract, ContractValidator>();

/** Checks by a typed capability (zod). */
export function typedChecks(capability: AnyCapability): ContractChecks {
  const { reference, schemas } = capability;
  const parse = (part: 'input' | 'output' | 'event' | 'update', value: unknown): unknown => {
    const schema = schemas[part];
    if (schema === undefined)
      throw invalid(part, reference, [{ path: '', message: `is not allowed: the capability has no ${part}` }]);
    const parsed = schema.safeParse(value);
    if (!parsed.success) throw invalid(part, reference, zodIssues(parsed.error, value));
    return parsed.data;
  };
  return {
    input: (value) => void parse('input', value),
    update: (value) => void parse('update', value),
    output: (value) => parse('output', value),
    event: (value) => parse('event', value),
  };
}

/** Checks by an offer's contract (JSON Schema). */
export function untypedChecks(contract: CapabilityContract): ContractChecks {
  const reference = `${contract.name}@${contract.version}`;
  const validator = validators.get(contract) ?? createContractValidator(contract);
  validators.set(contract, validator);
  const check = (part: 'input' | 'output' | 'event' | 'update', issues: FieldIssue[]) => {
    if (issues.length > 0) throw invalid(part, reference, issues);
  };
  return {
    input: (value) => check('input', validator.validateInput(value)),
    update: (value) => check('update', validator.validateUpdate(value)),
    output(value) {
      check('output', validator.validateOutput(value));
      return value;
    },
    event(value) {
      check('event', validator.validateEvent(value));
      return value;
    },
  };
}

function invalid(part: string, capability: string, issues: FieldIssue[]): ByocError {
  const isInput = part === 'input' || part === 'update';
  return new ByocError(isInput ? 'CAPABILITY_INPUT_INVALID' : 'CAPABILITY_OUTPUT_INVALID', { capability, issues });
}
