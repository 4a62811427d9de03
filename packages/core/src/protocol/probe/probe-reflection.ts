import { ServerReflectionRequest, ServerReflectionResponse } from '../gen/grpc/reflection/v1/reflection.ts';

/** Asks server reflection for the names of the services. */
export function writeListServices(): Uint8Array {
  return ServerReflectionRequest.encode({
    host: '',
    messageRequest: { $case: 'listServices', value: '' },
  }).finish();
}

/** Reads the answer; empty when it is another one. */
export function readServiceNames(message: Uint8Array): string[] {
  const answer = ServerReflectionResponse.decode(message).messageResponse;
  return answer?.$case === 'listServicesResponse' ? answer.value.service.map(({ name }) => name) : [];
}
