import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { SystemClock } from '../../../src/base/clock.ts';
import { version } from '../../../src/base/version.ts';
import { parseScenario } from '../../../src/scenario/load.ts';
import { httpTransport } from '../../../src/transport/http/http.ts';
import type { Transport } from '../../../src/transport/transport.ts';
import { API_KEY, exchange, request, rig, until } from '../http-rig.ts';
import { Recorder } from '../recorder.ts';
import {
  contentEvent,
  event,
  head,
  httpChunk,
  LAST_CHUNK,
  type Play,
  response,
  STREAM_HEAD,
  serve,
  stream,
} from '../scripted-server.ts';

/** Its timers fire when the test says so. */
class HandClock extends SystemClock {
  readonly delaysMs: number[] = [];
  readonly #timers = new Map<object, () => void>();

  override setTimeout(fn: () => void, delayMs: number): unknown {
    const timer = {};
    this.delaysMs.push(delayMs);
    this.#timers.set(timer, fn);
    return timer;
  }

  override clearTimeout(timer: unknown): void {
    this.#timers.delete(timer as object);
  }

  get pending(): number {
    return this.#timers.size;
  }

  fire(): void {
    const timers = [...this.#timers.values()];
    this.#timers.clear();
    for (const timer of timers) timer();
  }
}

async function handRig(play: Play) {
  const server = await serve(play);
  const scenario = parseScenario({ target: { url: server.url } });
  const clock = new HandClock();
  const { target, sampling } = scenario;
  const transport: Transport = httpTransport({
    ...{ target, sampling, clock },
    model: 'm',
    apiKey: API_KEY,
  });
  onTestFinished(async () => {
    await transport.close();
    await server.close();
  });
  return { server, transport, clock };
}

/** Sends a request whose end waits for a timer, and fires it. */
async function ended(transport: Transport, clock: HandClock): Promise<Recorder> {
  const recorder = new Recorder();
  transport.send(request, recorder);
  await until(() => clock.pending > 0);
  expect(recorder.end).toBeUndefined();
  await fireUntilOver(clock, recorder);
  return recorder;
}

/** A timer that fires before it was quiet for long enough is set again. */
async function fireUntilOver(clock: HandClock, recorder: Recorder): Promise<void> {
  while (!FINAL.has(recorder.types.at(-1)!)) {
    clock.fire();
    await until(() => FINAL.has(recorder.types.at(-1)!) || clock.pending > 0);
  }
}

const FINAL: ReadonlySet<string> = new Set(['end', 'fail']);

const usage = event({ choices: [], usage: { prompt_tokens: 9, completion_tokens: 1 } });
const finished = contentEvent('a', 'stop');
const endMs = (recorder: Recorder) => recorder.calls.find((call) => call.type === 'end')?.atMs;
const deltaMs = (recorder: Recorder) =>
  recorder.calls.findLast((call) => call.type === 'delta')?.atMs;

describe('an answer ends at its own last bytes', () => {
  test.each([
    ['[DONE]', finished + usage + event('[DONE]')],
    ['[DONE] alone', contentEvent('a') + event('[DONE]')],
    ['finish reason and usage', finished + usage],
    [
      'finish reason with usage',
      finished.replace('"choices"', '"usage":{"prompt_tokens":9},"choices"'),
    ],
  ])('%s, with a body that stays open', async (_, events) => {
    const { transport, clock } = await handRig((socket) => {
      socket.write(STREAM_HEAD + httpChunk(events));
    });
    const recorder = await ended(transport, clock);
    expect(recorder.types).toEqual(['sent', 'delta', 'end']);
    expect(endMs(recorder)).toBe(deltaMs(recorder));
  });

  test('whatever comments and bytes follow', async () => {
    let more = (): void => {};
    const { transport, clock } = await handRig((socket) => {
      socket.write(STREAM_HEAD + httpChunk(finished + usage));
      more = () => socket.write(httpChunk(': ping\n\n'));
    });
    const recorder = new Recorder();
    transport.send(request, recorder);
    await until(() => clock.pending > 0);
    more();
    more();
    await fireUntilOver(clock, recorder);
    expect(endMs(recorder)).toBe(deltaMs(recorder));
  });

  test('a document that is whole, with a body that stays open', async () => {
    const body = JSON.stringify({ choices: [{ message: { content: 'all' } }] });
    const { transport, clock } = await handRig((socket) => {
      socket.write(STREAM_HEAD + httpChunk(body));
    });
    const recorder = new Recorder();
    transport.send(request, recorder);
    await until(() => clock.pending > 0);
    await fireUntilOver(clock, recorder);
    expect(recorder.deltas).toEqual(['content:all']);
  });

  test('but not at a finish reason alone, where usage was asked for', async () => {
    const { transport, clock } = await handRig((socket) => {
      socket.write(STREAM_HEAD + httpChunk(finished));
    });
    const recorder = new Recorder();
    const cancel = transport.send(request, recorder);
    await until(() => recorder.deltas.length === 1);
    expect(clock.pending).toBe(0);
    cancel();
  });

  test('content after the finish reason is part of it', async () => {
    const { transport } = await rig((socket) => {
      const events = [finished, contentEvent('b'), usage, event('[DONE]')];
      socket.write(STREAM_HEAD + events.map(httpChunk).join('') + LAST_CHUNK);
    });
    expect((await exchange(transport)).deltas).toEqual(['content:a', 'content:b']);
  });

  test('a reset after finish reason and usage spoils nothing', async () => {
    const { transport } = await rig((socket) => {
      socket.end(STREAM_HEAD + httpChunk(finished + usage));
    });
    expect((await exchange(transport)).types).toEqual(['sent', 'delta', 'end']);
  });
});

describe('what follows a complete answer', () => {
  const bodyThat = (then: (socket: Socket) => void): Play => {
    return (socket, { nth, connection }) => {
      if (nth + connection > 0) socket.write(stream('b'));
      else
        socket.write(STREAM_HEAD + httpChunk(finished + usage + event('[DONE]')), () =>
          then(socket),
        );
    };
  };

  test('is drained, and the connection used again', async () => {
    let finish = (): void => {};
    const { server, transport, clock } = await handRig(
      bodyThat((socket) => {
        finish = () => socket.write(httpChunk(': late\n\n') + LAST_CHUNK);
      }),
    );
    await ended(transport, clock);
    expect(clock.pending).toBe(1);
    finish();
    await until(() => clock.pending === 0);
    await exchange(transport);
    expect(server.requests.map(({ connection }) => connection)).toEqual([0, 0]);
  });

  test('is given up after a moment, and the connection dropped', async () => {
    const { server, transport, clock } = await handRig(bodyThat(() => {}));
    await ended(transport, clock);
    await exchange(transport);
    expect(server.requests.map(({ connection }) => connection)).toEqual([0, 1]);
    clock.fire();
    await until(() => server.open === 1);
  });

  test('is given up if it is much', async () => {
    let flood = (): void => {};
    const { server, transport, clock } = await handRig(
      bodyThat((socket) => {
        flood = () => socket.write(httpChunk(`: ${'x'.repeat(70_000)}\n\n`));
      }),
    );
    await ended(transport, clock);
    flood();
    await until(() => server.open === 0);
    expect(clock.pending).toBe(0);
  });

  test('does not keep the transport from being closed', async () => {
    const { server, transport, clock } = await handRig(bodyThat(() => {}));
    await ended(transport, clock);
    await transport.close();
    await until(() => server.open === 0);
    expect(clock.pending).toBe(0);
  });
});

test('a refusal whose body does not end is told as far as it came', async () => {
  const { transport, clock } = await handRig((socket) => {
    socket.write(`${head('500 Oops', { 'content-length': '99' })}busy`);
  });
  const recorder = await ended(transport, clock);
  expect(recorder.failure).toEqual({ status: 'http', httpStatus: 500, message: 'busy' });
});

describe('100 Continue is skipped', () => {
  const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
  test.each([
    ['once', CONTINUE],
    ['again and again', CONTINUE.repeat(3)],
    ['with headers', 'HTTP/1.0 100 Continue\r\nx: y\r\n\r\n'],
    ['before other interim responses', `${CONTINUE}HTTP/1.1 103 Early Hints\r\n\r\n`],
  ])('%s, on a connection that is used again', async (_, interim) => {
    const { server, transport } = await rig((socket) => socket.write(interim + stream('a')));
    for (let turn = 0; turn < 2; turn++) {
      expect((await exchange(transport)).deltas).toEqual(['content:a']);
    }
    expect(server.requests.map(({ connection }) => connection)).toEqual([0, 0]);
  });

  test('byte by byte', async () => {
    const { transport } = await rig((socket) => {
      const bytes = Buffer.from(CONTINUE + stream('a'));
      let at = 0;
      const next = (): void => {
        if (at < bytes.length) socket.write(bytes.subarray(at, ++at), () => setImmediate(next));
      };
      next();
    });
    expect((await exchange(transport)).deltas).toEqual(['content:a']);
  });
});

test('101 is named, which nobody asked for', async () => {
  const { transport } = await rig((socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n');
  });
  expect((await exchange(transport)).failure?.message).toBe(
    'the server answered with 101, a protocol nobody asked for',
  );
});

describe('a compressed body', () => {
  const zipped = gzipSync(contentEvent('a', 'stop'));
  const play =
    (headers: Record<string, string>, status = '200 OK'): Play =>
    (socket) => {
      const length = String(zipped.length);
      socket.write(head(status, { 'content-length': length, ...headers }));
      socket.write(zipped);
    };

  test('is not asked for', async () => {
    const { server, transport } = await rig((socket) => socket.write(stream('a')));
    await exchange(transport);
    expect(server.requests[0]?.headers).toMatchObject({
      'accept-encoding': 'identity',
      'user-agent': `confab/${version()}`,
    });
  });

  test.each([
    ['gzip', 'gzip'],
    ['br', 'br'],
    ['identity, zstd', 'zstd'],
  ])('of %s is named', async (coding, named) => {
    const { transport } = await rig(play({ 'content-encoding': coding }));
    expect((await exchange(transport)).failure).toEqual({
      status: 'protocol',
      message: `the body is compressed (${named}), which was not asked for`,
      httpStatus: 200,
    });
  });

  test('is named where no header says so', async () => {
    const { transport } = await rig(play({}));
    expect((await exchange(transport)).failure?.message).toBe(
      'the body is compressed (gzip), which was not asked for',
    );
  });

  test('of an error is named', async () => {
    const { transport } = await rig(play({ 'content-encoding': 'gzip' }, '500 Oops'));
    expect((await exchange(transport)).failure?.message).toBe(
      'HTTP 500, its body compressed (gzip)',
    );
  });

  test('is not what identity is', async () => {
    const { transport } = await rig((socket) => {
      socket.write(
        response('200 OK', contentEvent('a', 'stop'), { 'content-encoding': 'identity' }),
      );
    });
    expect((await exchange(transport)).end).toBeDefined();
  });
});

describe('chunks that came in one read', () => {
  test('have one time, and are told', async () => {
    const { transport } = await rig((socket) => socket.write(stream(...'abcdefgh')));
    const recorder = await exchange(transport);
    const times = recorder.calls.flatMap((call) => (call.type === 'delta' ? [call.atMs] : []));
    expect(times).toHaveLength(8);
    expect(new Set(times).size).toBe(recorder.end?.reads);
    expect(recorder.end?.reads).toBeLessThan(8);
  });
});

test('ids and fingerprints of answers are kept, as names fit to be shown', async () => {
  const { transport } = await rig((socket) => {
    const fields = { id: `chatcmpl-1\u001b[2J${API_KEY}`, system_fingerprint: 'vllm-0.32\u202e.0' };
    const answer = event({
      ...fields,
      choices: [{ delta: { content: 'a' }, finish_reason: 'stop' }],
    });
    socket.write(STREAM_HEAD + httpChunk(answer) + LAST_CHUNK);
  });
  expect((await exchange(transport)).end).toMatchObject({
    id: 'chatcmpl-1 [2J***',
    fingerprint: 'vllm-0.32.0',
  });
});

describe('an answer without end', () => {
  test('is a failure, which says what was asked for', async () => {
    const { server, transport } = await rig((socket) => {
      socket.write(STREAM_HEAD);
      const more = (): void => {
        if (socket.writable) socket.write(httpChunk(contentEvent('a').repeat(100)), more);
      };
      more();
    });
    const recorder = await exchange(transport, { ...request, maxTokens: 5 });
    expect(recorder.failure?.message).toBe(
      'the answer does not end: more than 280 deltas came for max_tokens 5',
    );
    await until(() => server.open === 0);
  });

  test('is bounded by what the scenario says', async () => {
    const { transport } = await rig((socket) => socket.write(stream('x'.repeat(3000))), {
      answerMB: 2000 / 2 ** 20,
    });
    expect((await exchange(transport)).failure?.message).toMatch(/ is longer than 0.00191 MB$/);
  });

  test.each([
    ['a line', 'data: ', 'an event is longer than 64 MB'],
    ['a document', '{"a":"', 'the response is longer than 64 MB'],
  ])('in %s is one', async (_, start, message) => {
    const piece = httpChunk('x'.repeat(1 << 20));
    const { transport } = await rig((socket) => {
      socket.write(STREAM_HEAD + httpChunk(start));
      const more = (): void => {
        if (socket.writable) socket.write(piece, more);
      };
      more();
    });
    expect((await exchange(transport)).failure?.message).toBe(message);
    expect((await exchange(transport)).failure?.message).toBe(message);
  });
});
