import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EventSplitter, isErrorName, type ServerEvent } from '../../../src/transport/answer/sse.ts';

function split(pieces: readonly string[], charsMax = 1000) {
  const events: ServerEvent[] = [];
  let tooLong = 0;
  const splitter = new EventSplitter({
    charsMax,
    onEvent: (event) => events.push(event),
    onTooLong: () => tooLong++,
  });
  for (const piece of pieces) splitter.feed(piece);
  splitter.end();
  return { events, tooLong };
}

const event = (data: string, more: Partial<ServerEvent> = {}): ServerEvent => ({
  ...{ name: undefined, data, comment: undefined },
  ...more,
});

describe('an event', () => {
  test.each<[string, ServerEvent[]]>([
    ['data: a\n\ndata: b\n\n', [event('a'), event('b')]],
    ['data: a\ndata: b\n\n', [event('a\nb')]],
    ['data: a', [event('a')]],
    ['event: ping\ndata: a\n\ndata: b\n\n', [event('a', { name: 'ping' }), event('b')]],
    // Without data it is none, unless it reports a failure.
    ['event: ping\n\ndata: a\n\n', [event('a')]],
    ['event: error\n\ndata: a\n\n', [event('', { name: 'error' }), event('a')]],
    ['data: a\n\nevent:error\n\n', [event('a'), event('', { name: 'error' })]],
    ['event: error\ndata: a\n\n', [event('\na', { name: 'error' })]],
    // The last comment before it is its own, and no other's.
    [': a\n: b\ndata: c\n\ndata: d\n\n', [event('c', { comment: 'b' }), event('d')]],
    [': a\n:\ndata: c\n\n', [event('c')]],
    [': a\n\n: b\n\n', []],
    ['', []],
  ])('%j, in any pieces', (text, events) => {
    expect(split([text]).events).toEqual(events);
    expect(split([...text]).events).toEqual(events);
    for (let at = 1; at < text.length; at++) {
      expect(split([text.slice(0, at), text.slice(at)]).events).toEqual(events);
    }
  });

  test('is the same however it is cut', () => {
    const line = fc.constantFrom('data: a', 'data:', 'event: error', ': c', 'id: 1', '', '', 'x');
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat(60)), (lines, cuts) => {
        const text = lines.join('\n');
        const bounds = [0, ...cuts.filter((at) => at < text.length).sort((a, b) => a - b)];
        const pieces = bounds.map((at, i) => text.slice(at, bounds[i + 1]));
        expect(split(pieces)).toEqual(split([text]));
      }),
    );
  });
});

test.each([
  [['data: 12345'], 1],
  [['data: 1234'], 0],
  [['data: ', '12345', '67', '\n\n'], 1],
  [['data: 123\n'.repeat(9)], 1],
  [['data: 123\n\n'.repeat(9)], 0],
])(
  '%j is of more than ten characters in a line that goes on, or in an event: told %d times',
  (pieces, times) => {
    expect(split(pieces, 10).tooLong).toBe(times);
  },
);

test('after one that is too long there is none', () => {
  expect(split(['data: 1234567', '\n\ndata: a\n\n', 'data: b\n\n'], 10).events).toEqual([]);
});

test('a comment before what was read by other means is of that', () => {
  const events: ServerEvent[] = [];
  const onTooLong = () => expect.unreachable();
  const splitter = new EventSplitter({
    charsMax: 99,
    onEvent: (one) => events.push(one),
    onTooLong,
  });
  splitter.feed(': a\n\n');
  splitter.forgetComment();
  splitter.feed('data: b\n\n');
  expect(events).toEqual([event('b')]);
});

test.each([
  ...['error', 'exception', 'fail', 'failed', 'failure', 'abort', 'aborted', 'ERROR'].map(
    (name) => [name, true] as const,
  ),
  ...['errors', 'message', 'failing', 'my-error', ''].map((name) => [name, false] as const),
  [undefined, false] as const,
])('whether an event named %j reports a failure: %s', (name, is) => {
  expect(isErrorName(name)).toBe(is);
});
