export type * from './payment-provider.ts';
