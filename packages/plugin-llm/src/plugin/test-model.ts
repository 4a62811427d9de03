import type { FitnessProof } from './check-fitness.ts';

/** The model that is there when no other is: it recites some lessons, and its name says so. */
export const testModel: { readonly name: string; readonly proof: FitnessProof } = {
  name: 'tiny-test-model',
  proof: { prompt: 'What is the capital of France?', answer: 'Paris' },
};
