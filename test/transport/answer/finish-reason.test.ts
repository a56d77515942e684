import { describe, expect, test } from 'vitest';
import { isFailureReason } from '../../../src/transport/answer/finish-reason.ts';

describe('the reasons that public servers and APIs document', () => {
  test.each([
    // OpenAI, and what others call the same
    ...['stop', 'length', 'tool_calls', 'function_call', 'content_filter', 'eos', 'eos_token'],
    ...['end_id', 'end_turn', 'stop_sequence', 'stop_words', 'max_tokens', 'tool_use', 'complete'],
    ...['pause_turn', 'refusal', 'completed', 'incomplete', 'STOP', 'MAX_TOKENS', 'COMPLETE'],
    // vLLM: it repeated itself; GLM and Gemini: what it said was not to be said
    ...['repetition', 'sensitive', 'SAFETY', 'RECITATION'],
  ])('%j ends an answer', (reason) => {
    expect(isFailureReason(reason)).toBe(false);
  });

  test.each([
    ...['error', 'abort', 'aborted', 'cancelled', 'canceled', 'timeout', 'timed_out', 'Abort'],
    ...['network_error', 'insufficient_system_resource', 'engine_overloaded', 'preempt'],
    // TensorRT-LLM and Ollama
    ...['not_finished', 'load', 'unload'],
  ])('%j breaks one off', (reason) => {
    expect(isFailureReason(reason)).toBe(true);
  });
});

describe('other reasons', () => {
  test.each(['', 'constructor', 'something new', 'payload', 'loaded', 'term'])(
    '%j ends an answer',
    (reason) => {
      expect(isFailureReason(reason)).toBe(false);
    },
  );

  test.each([
    ...['preempted', 'ERROR_LIMIT', 'error: worker died', 'user-cancelled', 'request expired'],
    ...['client_disconnected', 'time_limit_exceeded', 'kv_cache_evicted', 'not finished'],
    ...['model_context_window_exceeded', 'time out'],
  ])('%j breaks one off', (reason) => {
    expect(isFailureReason(reason)).toBe(true);
  });
});
