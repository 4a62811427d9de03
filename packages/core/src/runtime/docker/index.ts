export { createDockerRuntime, type DockerRuntimeOptions } from './create-docker-runtime.ts';
