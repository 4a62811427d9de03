/** The `domain` of ErrorInfo in errors of this protocol. */
export const ERROR_DOMAIN = 'byoc.dev';

/** The type of ErrorInfo inside google.rpc.Status. */
export const ERROR_INFO_TYPE_URL = 'type.googleapis.com/google.rpc.ErrorInfo';
