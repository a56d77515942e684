import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ResponseEnd } from '../../../src/transport/transport.ts';
import { absent, sharedFile, titled } from '../../support/needs.ts';
import { cut, everyByte, type Reading, read } from '../reading.ts';

/** Streams of every engine, captured (llamacpp-*) or in the shape of its source (recon-*). */
const folder = sharedFile('data/sse');
const why = absent(folder);

function ok(deltas: string[], finishReason?: string, usage?: ResponseEnd['usage']): Reading {
  return { deltas, end: { finishReason, usage } };
}

function failed(deltas: string[], failure: string): Reading {
  return { deltas, failure };
}

function content(...texts: string[]): string[] {
  return texts.map((text) => `content:${text}`);
}

/** More than a handful of chunks. */
const LONG_BYTES = 1500;

const hello = content('Hé 😀');
const usage = { inputTokens: 37, outputTokens: 6 };
const vllmDeltas = ['reasoning:Let me', 'content:Hello there', 'content:!'];
const outOfMemory = 'Request failed during generation: Server error: CUDA out of memory';

const expected: Readonly<Record<string, Reading>> = {
  'llamacpp-completions.sse': ok(content(' hog', ' centr'), 'length', {
    inputTokens: 1,
    outputTokens: 2,
    cachedTokens: 0,
  }),
  'llamacpp-midstream-error.sse': failed(
    content(
      ...['woo', '蚣', 'Ἁ', '"—', ' mensaje', 'مفهوم', 'endid', '岱', 'ర', '臺南市', ' proudly'],
      ...[' authorize', ' tội', 'Vs', ' fullPath'],
    ),
    'The model produced output that does not match the expected peg-native format (code 500)',
  ),
  'llamacpp-no-content-chunks.sse': ok([], 'length', {
    inputTokens: 9,
    outputTokens: 4,
    cachedTokens: 8,
  }),
  'llamacpp-nul-content.sse': ok(content('\0', '\0', '\0', '\0'), 'length', {
    inputTokens: 9,
    outputTokens: 4,
    cachedTokens: 8,
  }),
  'llamacpp-ping.sse': ok(content('simultaneous', ' nig'), 'length'),
  'llamacpp-progress-timings.sse': ok(content('neck', ' moeten', ' paranoid', ' cells'), 'length', {
    inputTokens: 9,
    outputTokens: 4,
    cachedTokens: 4,
  }),
  'llamacpp-reasoning_content.sse': ok(Array(5).fill('reasoning:<think>'), 'length', {
    inputTokens: 9,
    outputTokens: 6,
    cachedTokens: 8,
  }),
  'llamacpp-usage.sse': ok(content('Aura', '本着', ' }(', '╕', ' teeth', '看他'), 'length', {
    ...usage,
    cachedTokens: 0,
  }),
  'recon-azure-first-chunk.sse': ok(hello, 'stop'),
  'recon-bom.sse': ok(hello, 'stop'),
  'recon-cr-only.sse': ok(hello, 'stop'),
  'recon-crlf-ping.sse': ok(hello, 'stop'),
  'recon-dynamo-error.sse': failed(content('Hel'), 'worker disconnected'),
  'recon-dynamo.sse': ok(content('Hello'), 'stop', usage),
  'recon-multiline-data.sse': ok(content('two-line event')),
  'recon-no-final-newline.sse': ok(hello, 'stop'),
  'recon-ollama.sse': ok(['reasoning:Let', 'content:Hello'], 'stop', usage),
  'recon-openrouter.sse': failed(hello, 'Provider disconnected (code 502)'),
  'recon-sglang-abort.sse': failed([], 'Abort before prefill (code 500)'),
  'recon-sglang.sse': ok(['reasoning:Hm', 'content:Hello'], 'stop', {
    ...usage,
    cachedTokens: 16,
    reasoningTokens: 1,
  }),
  'recon-tgi-generate-error.sse': failed([], outOfMemory),
  'recon-tgi-midstream-error.sse': failed(content('OK'), `${outOfMemory} (code 422)`),
  'recon-tgi-nospace.sse': ok(content('OK', '!'), 'stop'),
  'recon-tgi.sse': ok(content('OK', '!'), 'stop', { inputTokens: 39, outputTokens: 3 }),
  'recon-trtllm.sse': ok(content('Hello'), 'stop', { ...usage, cachedTokens: 0 }),
  'recon-vllm-continuous-usage.sse': ok(content('a b c', ' d'), 'length', {
    inputTokens: 37,
    outputTokens: 4,
    cachedTokens: 16,
  }),
  'recon-vllm-midstream-error.sse': failed(
    vllmDeltas.slice(0, 2),
    'EngineCore encountered an issue. (code 400)',
  ),
  'recon-vllm-nocachedetails.sse': ok(vllmDeltas, 'stop', usage),
  'recon-vllm-tool.sse': ok(
    [
      'tool:{"index":0,"id":"chatcmpl-tool-1","type":"function","function":{"name":"get_weather"}}',
      'tool:{"index":0,"function":{"arguments":"{\\"city\\": \\""}}',
      'tool:{"index":0,"function":{"arguments":"Paris\\"}"}}',
    ],
    'tool_calls',
    { ...usage, cachedTokens: 16 },
  ),
  'recon-vllm-truncated.sse': failed(
    vllmDeltas.slice(0, 2),
    'stream ended without finish_reason or [DONE]',
  ),
  'recon-vllm.sse': ok(vllmDeltas, 'stop', { ...usage, cachedTokens: 16 }),
};

test.skipIf(why)(titled('every stream of the collection has an expectation', why), () => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.sse'));
  expect(Object.keys(expected).sort()).toEqual(files.sort());
});

test.skipIf(why).each(Object.entries(expected))(
  titled('M-56 %s reads the same whole, in two pieces cut anywhere, and byte by byte', why),
  (name, reading) => {
    const body = readFileSync(join(folder, name));
    expect(read([body])).toEqual(reading);
    expect(read(everyByte(body))).toEqual(reading);
    // Of a long stream, where all chunks look alike, every seventh place: each place of a chunk in some of them.
    const step = body.length > LONG_BYTES ? 7 : 1;
    for (let at = 1; at < body.length; at += step) {
      expect(read(cut(body, [at]))).toEqual(reading);
    }
  },
);
