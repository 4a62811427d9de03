import type { ChannelOptions } from '@grpc/grpc-js';
import { MESSAGE_BYTES_MAX } from '../frames.ts';

/** Options of both ends. The window lets one chunk travel without waiting. */
export const commonOptions: ChannelOptions = {
  'grpc.max_receive_message_length': MESSAGE_BYTES_MAX,
  'grpc.max_send_message_length': MESSAGE_BYTES_MAX,
  'grpc-node.flow_control_window': 1024 * 1024,
};

/** Options of a client: connects anew soon, shares nothing with other clients, keeps its connection. */
export const clientOptions: ChannelOptions = {
  ...commonOptions,
  // Counts each call for a debugging service that nobody serves here. A server needs it: without, `forceShutdown` of
  // grpc-js 1.14 knows no session and breaks none.
  'grpc.enable_channelz': 0,
  'grpc.enable_http_proxy': 0,
  'grpc.enable_retries': 0,
  'grpc.use_local_subchannel_pool': 1,
  'grpc.initial_reconnect_backoff_ms': 50,
  'grpc.max_reconnect_backoff_ms': 1000,
  'grpc.service_config_disable_resolution': 1,
  'grpc.client_idle_timeout_ms': 24 * 60 * 60 * 1000,
};
