import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type BodyOptions, bodyWriter } from '../../src/transport/body.ts';
import { Transcript } from '../../src/transport/transcript.ts';
import type { ChatRequest } from '../../src/transport/transport.ts';
import { Message } from '../../src/workload/message.ts';

const options: BodyOptions = { api: 'chat', model: 'm', stream: true, sampling: {}, extra: {} };

function requestOf(messages: readonly Message[], conversation?: object): ChatRequest {
  const none = { maxTokens: undefined, minTokens: undefined, cacheSalt: undefined };
  return {
    userId: 1,
    sessionId: '1',
    turn: 0,
    messages,
    ...(conversation && { conversation }),
    ...none,
  };
}

/** Long enough that bodies are views of a transcript. */
const opening = [new Message('system', 'é"\n'.repeat(30_000))];

test.each(['chat', 'completions'] as const)(
  'a long %s history gives the bytes of a fresh body, whatever turns fail',
  (api) => {
    const turn = fc.record({
      question: fc.string({ maxLength: 200 }),
      answer: fc.option(fc.string({ unit: 'binary', maxLength: 3000 })),
      maxTokens: fc.option(fc.nat(), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(1), turn), { maxLength: 20 }), (turns) => {
        const write = bodyWriter({ ...options, api });
        const fresh = bodyWriter({ ...options, api });
        // Two conversations take turns; they share their opening.
        const histories = [[...opening], [...opening]];
        for (const [user, { question, answer, maxTokens }] of turns) {
          const history = histories[user]!;
          const asked = new Message('user', question);
          const messages = [...history, asked];
          const body = write({ ...requestOf(messages, history), maxTokens });
          expect(body.equals(fresh({ ...requestOf(messages), maxTokens }))).toBe(true);
          if (answer !== null) history.push(asked, new Message('assistant', answer));
        }
      }),
      { numRuns: 50 },
    );
  },
);

test('a retry does not change the bytes of the first try', () => {
  const write = bodyWriter(options);
  const request = requestOf([...opening, new Message('user', 'again?')], opening);
  const first = write(request);
  const copy = Buffer.from(first);
  expect(write(request).equals(copy)).toBe(true);
  expect(first.equals(copy)).toBe(true);
});

test('a history that does not go on from the last one is written anew', () => {
  const write = bodyWriter(options);
  const conversation = {};
  write(requestOf([...opening, new Message('user', 'a'), new Message('user', 'b')], conversation));
  const other = [...opening, new Message('user', 'c'), new Message('user', 'd')];
  const body = write(requestOf(other, conversation));
  expect(body.equals(bodyWriter(options)(requestOf(other)))).toBe(true);
});

test('the history of a long conversation is not copied for every turn', () => {
  const write = bodyWriter(options);
  const messages = [...opening, new Message('user', 'one')];
  const conversation = {};
  const first = write(requestOf(messages, conversation));
  const later = [...messages, new Message('assistant', 'two'), new Message('user', 'three')];
  const second = write(requestOf(later, conversation));
  expect(second.buffer).toBe(first.buffer);
});

const NOTATION = {
  bytesOf: ({ text }: Message) => Buffer.from(text),
  separator: Buffer.from(', '),
};

test('a body is its head, its messages with something between them, and its tail, whatever room was foreseen', () => {
  expect(new Transcript('head', NOTATION, 0).body([], 'tail').toString()).toBe('headtail');
  const text = fc.string({ unit: fc.constantFrom('a', 'é', '😀', ','), maxLength: 30 });
  const turn = fc.record({ question: text, answer: fc.option(text), tail: text });
  fc.assert(
    fc.property(fc.nat(200), text, fc.array(turn, { maxLength: 8 }), (room, head, turns) => {
      const transcript = new Transcript(head, NOTATION, room);
      const history: Message[] = [];
      for (const { question, answer, tail } of turns) {
        const asked = new Message('user', question);
        const messages = [...history, asked];
        expect(transcript.continuesWith(messages)).toBe(true);
        expect(transcript.body(messages, tail).toString()).toBe(
          head + messages.map((message) => message.text).join(', ') + tail,
        );
        if (answer !== null) history.push(asked, new Message('assistant', answer));
      }
    }),
  );
});

test('messages go on from others that are the very same, up to the last, which may be another', () => {
  const messages = ['a', 'b', 'c', 'd'].map((text) => new Message('user', text));
  const transcript = new Transcript('', NOTATION, 0);
  transcript.body(messages, '');
  const other = new Message('user', 'a');
  expect(transcript.continuesWith(messages.with(3, other))).toBe(true);
  expect(transcript.continuesWith(messages.slice(0, 3))).toBe(true);
  for (const index of [0, 1, 2]) {
    expect(transcript.continuesWith(messages.with(index, other))).toBe(false);
  }
  expect(transcript.continuesWith(messages.slice(0, 2))).toBe(false);
});
