import { createCodec } from '../codec/codec.ts';
import { grpcCode } from '../errors/grpc-code.ts';
import { descriptorSetBase64 } from '../gen/descriptors.ts';
import { ServerReflectionRequest, ServerReflectionResponse } from '../gen/grpc/reflection/v1/reflection.ts';
import { createDescriptorIndex, type DescriptorFile, type DescriptorIndex } from './descriptor-index.ts';
import type { Method } from './method.ts';
import { type ServeContext, type ServedMethod, serveBidiStream } from './serve-methods.ts';

type Answer = NonNullable<ServerReflectionResponse['messageResponse']>;

/** v1 and v1alpha differ in nothing but the package. */
const PACKAGES = ['grpc.reflection.v1', 'grpc.reflection.v1alpha'];

function reflectionMethod(name: string): Method<ServerReflectionRequest, ServerReflectionResponse> {
  return {
    path: `/${name}.ServerReflection/ServerReflectionInfo`,
    request: createCodec(
      ServerReflectionRequest,
      (request: ServerReflectionRequest) => request,
      (message) => message,
    ),
    response: createCodec(
      ServerReflectionResponse,
      (response: ServerReflectionResponse) => response,
      (message) => message,
    ),
  };
}

/** Makes server reflection (v1 and v1alpha) for the named services. The descriptors are read on the first call. */
export function createReflectionMethods(services: readonly string[], context: ServeContext): readonly ServedMethod[] {
  const names = [...services, ...PACKAGES.map((name) => `${name}.ServerReflection`)];
  let made: DescriptorIndex | undefined;
  const index = () => {
    made ??= createDescriptorIndex(Buffer.from(descriptorSetBase64, 'base64'));
    return made;
  };
  async function* answerAll(requests: AsyncIterable<ServerReflectionRequest>) {
    for await (const request of requests)
      yield {
        validHost: request.host,
        originalRequest: request,
        messageResponse: answerReflection(request, names, index()),
      };
  }
  return PACKAGES.map((name) => serveBidiStream(reflectionMethod(name), answerAll, context));
}

function answerReflection(request: ServerReflectionRequest, names: readonly string[], index: DescriptorIndex): Answer {
  const query = request.messageRequest;
  switch (query?.$case) {
    case 'listServices':
      return { $case: 'listServicesResponse', value: { service: names.map((name) => ({ name })) } };
    case 'fileByFilename':
      return filesAnswer(index.byName(query.value), index, query.value);
    case 'fileContainingSymbol':
      return filesAnswer(index.bySymbol(query.value), index, query.value);
    case 'allExtensionNumbersOfType':
      if (index.bySymbol(query.value) === undefined) return notFound(query.value);
      return {
        $case: 'allExtensionNumbersResponse',
        value: { baseTypeName: query.value, extensionNumber: [] },
      };
    case 'fileContainingExtension':
      return notFound(`extension ${query.value.extensionNumber} of ${query.value.containingType}`);
    default:
      return {
        $case: 'errorResponse',
        value: { errorCode: grpcCode.INVALID_ARGUMENT, errorMessage: 'the request asks for nothing' },
      };
  }
}

/** The file with all it imports, itself first. */
function filesAnswer(file: DescriptorFile | undefined, index: DescriptorIndex, query: string): Answer {
  if (file === undefined) return notFound(query);
  const found = new Set<DescriptorFile>();
  const walk = (next: DescriptorFile | undefined): void => {
    if (next === undefined || found.has(next)) return;
    found.add(next);
    for (const name of next.dependencies) walk(index.byName(name));
  };
  walk(file);
  return {
    $case: 'fileDescriptorResponse',
    value: { fileDescriptorProto: [...found].map(({ bytes }) => bytes) },
  };
}

function notFound(what: string): Answer {
  return { $case: 'errorResponse', value: { errorCode: grpcCode.NOT_FOUND, errorMessage: `${what} is not known` } };
}
