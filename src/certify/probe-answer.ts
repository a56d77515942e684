/** Which of OpenAI's APIs is answered, and whether as a stream. */
export interface AnswerForm {
  readonly api: 'chat' | 'completions';
  readonly isStreamed: boolean;
}

/** The bytes of an answer, as an engine's front end writes them. Texts must need no escaping in JSON. */
export interface AnswerBytes {
  readonly head: Buffer;
  /** Before the first text; empty where nothing is. */
  readonly opening: Buffer;
  chunk(text: string): Buffer;
  /** Of a stream of so many chunks: usage and the end of the body. */
  end(chunks: number): Buffer;
  /** A whole answer, with its head. */
  whole(text: string): Buffer;
}

const NAMES = {
  chat: { object: 'chat.completion.chunk', whole: 'chat.completion' },
  completions: { object: 'text_completion', whole: 'text_completion' },
} as const;

export function answerBytes(api: AnswerForm['api']): AnswerBytes {
  const common = { id: 'probe-0', created: 1_767_225_600, model: 'probe' };
  const usageOf = (chunks: number) => ({
    prompt_tokens: 1,
    completion_tokens: chunks,
    total_tokens: 1 + chunks,
  });
  const choice = (text: string, finishReason: string | null) =>
    api === 'chat'
      ? { index: 0, delta: { content: text }, finish_reason: finishReason }
      : { index: 0, text, finish_reason: finishReason };
  const wholeChoice = (text: string) =>
    api === 'chat'
      ? { index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }
      : { index: 0, text, finish_reason: 'stop' };
  const piece = (choices: readonly unknown[], more = {}) =>
    JSON.stringify({ ...common, object: NAMES[api].object, choices, ...more });
  // Made once: a chunk differs in its text alone.
  const [before, after] = piece([choice('|', null)]).split('|') as [string, string];
  return {
    head: Buffer.from(
      'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n',
    ),
    opening: api === 'chat' ? event(piece([{ index: 0, delta: { role: 'assistant' } }])) : NOTHING,
    chunk: (text) => event(before + text + after),
    end: (chunks) =>
      Buffer.concat([
        event(piece([choice('', 'stop')])),
        event(piece([], { usage: usageOf(chunks) })),
        event('[DONE]'),
        Buffer.from('0\r\n\r\n'),
      ]),
    whole(text) {
      const body = JSON.stringify({
        ...common,
        object: NAMES[api].whole,
        choices: [wholeChoice(text)],
        usage: usageOf(1),
      });
      return Buffer.from(
        `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
    },
  };
}

const NOTHING = Buffer.alloc(0);

/** One server-sent event as one HTTP chunk. */
function event(data: string): Buffer {
  const text = `data: ${data}\n\n`;
  return Buffer.from(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`);
}
