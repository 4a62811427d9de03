export { createFreeGatewayProvider } from './free-gateway-provider.ts';
export { createFreeOrchestratorProvider } from './free-orchestrator-provider.ts';
