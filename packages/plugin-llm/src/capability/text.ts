import { z } from 'zod';

/** Text that a tokenizer can take: well-formed Unicode without NUL. */
export function text(limits: { min?: number; max?: number } = {}) {
  return z
    .string()
    .min(limits.min ?? 0)
    .max(limits.max ?? 1_000_000)
    .refine((value) => !value.includes('\0'), 'holds a NUL character')
    .refine((value) => value.isWellFormed(), 'holds half of a surrogate pair');
}
