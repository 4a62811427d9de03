export { type CreditGatewayOptions, createCreditGatewayProvider } from './create-credit-gateway-provider.ts';
export { createCreditOrchestratorProvider } from './create-credit-orchestrator-provider.ts';
