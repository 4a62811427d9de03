export { createLlmPlugin, type LlmPluginOptions } from './plugin/create-llm-plugin.ts';
