import { expect, test } from 'vitest';
import { isFailureReason } from '../../src/transport/finish-reason.ts';

test.each([
  ...['stop', 'length', 'tool_calls', 'function_call', 'content_filter', 'eos_token', 'end_turn'],
  ...['max_tokens', 'STOP', 'MAX_TOKENS', 'repetition', 'COMPLETE', 'stop_sequence', 'pause_turn'],
  ...['', 'constructor', 'something new'],
])('%j ends an answer', (reason) => {
  expect(isFailureReason(reason)).toBe(false);
});

test.each([
  ...['error', 'abort', 'aborted', 'cancelled', 'canceled', 'timeout', 'timed_out', 'Abort'],
  ...['network_error', 'insufficient_system_resource', 'engine_overloaded', 'preempted'],
  ...['ERROR_LIMIT', 'error: worker died', 'user-cancelled', 'model_context_window_exceeded'],
  ...['client_disconnected', 'time_limit_exceeded', 'kv_cache_evicted', 'request expired'],
])('%j breaks one off', (reason) => {
  expect(isFailureReason(reason)).toBe(true);
});
