/** How a mock server answers every request. */
export interface MockAnswer {
  /** From the last byte of the request to the first token. */
  readonly firstMs: number;
  /** From token to token; 0 sends the whole answer in one piece. */
  readonly gapMs: number;
  readonly tokens: number;
}

/** The bytes of an answer, made once, in the form that vLLM's server gives them. */
export interface MockBytes {
  readonly head: Buffer;
  /** The chunk with the role, which vLLM sends before the first token. */
  readonly role: Buffer;
  readonly tokens: readonly Buffer[];
  /** Finish reason, usage, `[DONE]` and the end of the body. */
  readonly end: Buffer;
}

const WORDS = ' the of and a to in is that it was for on are as with his they at be this'.split(
  /(?= )/,
);

export function mockBytes({ tokens }: MockAnswer): MockBytes {
  const usage = { prompt_tokens: 1000, total_tokens: 1000 + tokens, completion_tokens: tokens };
  return {
    head: Buffer.from(
      'HTTP/1.1 200 OK\r\ndate: Thu, 01 Jan 2026 00:00:00 GMT\r\nserver: uvicorn\r\n' +
        'content-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n',
    ),
    role: delta({ role: 'assistant', content: '' }, null),
    tokens: WORDS.map((word) => delta({ content: word }, null)),
    end: Buffer.concat([
      delta({ content: '' }, 'length'),
      event(JSON.stringify({ ...CHUNK, choices: [], usage })),
      event('[DONE]'),
      Buffer.from('0\r\n\r\n'),
    ]),
  };
}

const CHUNK = {
  id: 'chatcmpl-6f0c3a52a4e94d0cb3d2c1c9e8f7a6b5',
  object: 'chat.completion.chunk',
  created: 1_767_225_600,
  model: 'meta-llama/Llama-3.1-8B-Instruct',
};

function delta(fields: Readonly<Record<string, string>>, finishReason: string | null): Buffer {
  const choice = { index: 0, delta: fields, logprobs: null, finish_reason: finishReason };
  return event(JSON.stringify({ ...CHUNK, choices: [choice] }));
}

/** One server-sent event as one HTTP chunk, as uvicorn writes it. */
function event(data: string): Buffer {
  const text = `data: ${data}\n\n`;
  return Buffer.from(`${text.length.toString(16)}\r\n${text}\r\n`);
}
