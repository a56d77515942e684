import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { exchange, request, rig, settle, until } from '../http-rig.ts';
import { Recorder } from '../recorder.ts';
import {
  contentEvent,
  head,
  httpChunk,
  response,
  STREAM_HEAD,
  stream,
} from '../scripted-server.ts';

describe('connections', () => {
  test('are used again, one request after the other', async () => {
    const { server, transport } = await rig((socket) => socket.write(stream('a')));
    for (let turn = 0; turn < 5; turn++) await exchange(transport);
    expect(server.requests.map(({ connection }) => connection)).toEqual([0, 0, 0, 0, 0]);
  });

  test('are used again by a request that is sent from within onEnd', async () => {
    const { server, transport } = await rig((socket) => socket.write(stream('a')));
    const first = new Recorder();
    const second = new Recorder();
    first.onCall = ({ type }) => {
      if (type === 'end') transport.send(request, second);
    };
    transport.send(request, first);
    await second.over;
    expect(second.types).toEqual(['sent', 'delta', 'end']);
    expect(server.requests.map(({ connection }) => connection)).toEqual([0, 0]);
  });

  test('are used again after an error response that was read to its end', async () => {
    const { server, transport } = await rig((socket) => socket.write(response('503 Busy', 'busy')));
    for (let turn = 0; turn < 3; turn++) await exchange(transport);
    expect(server.requests.map(({ connection }) => connection)).toEqual([0, 0, 0]);
  });

  test('are as many as there are requests in flight', async () => {
    const held: (() => void)[] = [];
    const { server, transport } = await rig((socket) => {
      held.push(() => socket.write(stream('a')));
    });
    const recorders = Array.from({ length: 100 }, () => new Recorder());
    for (const recorder of recorders) transport.send(request, recorder);
    await until(() => held.length === 100);
    expect(server.open).toBe(100);
    for (const answer of held) answer();
    await Promise.all(recorders.map(({ over }) => over));
    expect(recorders.every(({ end }) => end)).toBe(true);
  });

  test('that the server means to close are not waited for', async () => {
    const { server, transport } = await rig((socket) => {
      socket.end(head('200 OK', { connection: 'close' }) + contentEvent('a', 'stop'));
    });
    for (let turn = 0; turn < 3; turn++) {
      const recorder = await exchange(transport);
      expect(recorder.types).toEqual(['sent', 'delta', 'end']);
    }
    expect(server.requests.map(({ connection }) => connection)).toEqual([0, 1, 2]);
  });

  test('that died while idle are replaced before anything is sent', async () => {
    const { server, transport } = await rig((socket) => {
      socket.write(stream('a'), () => setTimeout(() => socket.end(), 5));
    });
    await exchange(transport);
    await until(() => server.open === 0);
    await settle();
    const recorder = await exchange(transport);
    expect(recorder.types).toEqual(['sent', 'delta', 'end']);
    expect(recorder.calls[0]).toMatchObject({ connectMs: expect.any(Number) });
  });

  test('are closed by close', async () => {
    const { server, transport } = await rig((socket) => socket.write(stream('a')));
    await exchange(transport);
    expect(server.open).toBe(1);
    await transport.close();
    await until(() => server.open === 0);
  });

  test('may be closed from within onEnd', async () => {
    const { server, transport } = await rig((socket) => socket.write(stream('a')));
    const recorder = new Recorder();
    recorder.onCall = ({ type }) => {
      if (type === 'end') void transport.close();
    };
    transport.send(request, recorder);
    await until(() => server.requests.length === 1 && server.open === 0);
    expect(recorder.types).toEqual(['sent', 'delta', 'end']);
  });
});

describe('a reused connection that dies before the first response byte', () => {
  test.each(['end', 'resetAndDestroy'] as const)(
    'by %s has its request sent again, on a new one',
    async (death) => {
      const { server, transport } = await rig((socket, { nth }) => {
        if (nth === 0) socket.write(stream('a'));
        else socket[death]();
      });
      await exchange(transport);
      const recorder = await exchange(transport);
      expect(recorder.types).toEqual(['sent', 'reconnect', 'sent', 'delta', 'end']);
      expect(recorder.calls[0]).toMatchObject({ connectMs: undefined });
      expect(recorder.calls[2]).toMatchObject({ connectMs: expect.any(Number) });
      expect(server.requests.map(({ connection }) => connection)).toEqual([0, 0, 1]);
      expect(server.requests[1]?.body).toBe(server.requests[2]?.body);
    },
  );

  test('while it was idle, so that nothing was sent, has its request sent on a new one', async () => {
    let resetIdle = (): void => {};
    const { server, transport } = await rig((socket) => {
      socket.write(stream('a'));
      resetIdle = () => socket.resetAndDestroy();
    });
    await exchange(transport);
    // In one go: the client cannot have seen the reset yet, and its socket looks open.
    resetIdle();
    const recorder = await exchange(transport);
    expect(recorder.types).toEqual(['reconnect', 'sent', 'delta', 'end']);
    expect(server.requests.map(({ connection }) => connection)).toEqual([0, 1]);
  });

  test('is given one more chance, not two', async () => {
    let isDying = false;
    const { server, transport } = await rig((socket) => {
      if (isDying) socket.resetAndDestroy();
      else socket.write(stream('a'));
    });
    await exchange(transport);
    isDying = true;
    const recorder = await exchange(transport);
    expect(recorder.types).toEqual(['sent', 'reconnect', 'sent', 'fail']);
    expect(recorder.failure?.message).toContain('connection closed before the response');
    expect(server.requests).toHaveLength(3);
  });

  test('does not lead to another idle connection, which may be dead too', async () => {
    let answers: (() => void)[] = [];
    let isDying = false;
    const { server, transport } = await rig((socket, { connection }) => {
      if (isDying && connection < 3) socket.resetAndDestroy();
      else answers.push(() => socket.write(stream('a')));
      if (answers.length === 3 || connection >= 3) {
        for (const answer of answers) answer();
        answers = [];
      }
    });
    await Promise.all([exchange(transport), exchange(transport), exchange(transport)]);
    isDying = true;
    const recorder = await exchange(transport);
    expect(recorder.types).toEqual(['sent', 'reconnect', 'sent', 'delta', 'end']);
    expect(server.requests.at(-1)?.connection).toBe(3);
  });

  test('is left alone when its request is cancelled from within onReconnect', async () => {
    const { server, transport } = await rig((socket, { nth }) => {
      if (nth === 0) socket.write(stream('a'));
      else socket.resetAndDestroy();
    });
    await exchange(transport);
    const recorder = new Recorder();
    const cancel = transport.send(request, recorder);
    recorder.onCall = ({ type }) => {
      if (type === 'reconnect') cancel();
    };
    await until(() => recorder.types.includes('reconnect'));
    await settle();
    expect(recorder.types).toEqual(['sent', 'reconnect']);
    expect(server.requests).toHaveLength(2);
  });

  test('is not told from a new one once a byte of the response came', async () => {
    const { server, transport } = await rig((socket, { nth }) => {
      if (nth === 0) socket.write(stream('a'));
      else socket.end('HTTP/1.1 200');
    });
    await exchange(transport);
    const recorder = await exchange(transport);
    expect(recorder.types).toEqual(['sent', 'fail']);
    expect(server.requests).toHaveLength(2);
  });

  test('llama-server, which closes after every stream in spite of its keep-alive, costs no request', async () => {
    const { transport } = await rig((socket) => {
      socket.write(stream('a', 'b'), () => setTimeout(() => socket.end(), 3));
    });
    const users = Array.from({ length: 8 }, async (_, user) => {
      for (let turn = 0; turn < 20; turn++) {
        const recorder = await exchange(transport);
        expect(recorder.failure).toBeUndefined();
        expect(recorder.deltas).toHaveLength(2);
        if ((user + turn) % 3 === 0) await sleep(3);
      }
    });
    await Promise.all(users);
  });
});

describe('cancelling', () => {
  test('before the connection is open frees the socket and calls nothing', async () => {
    const { server, transport } = await rig((socket) => socket.write(stream('a')));
    const recorder = new Recorder();
    transport.send(request, recorder)();
    await settle();
    expect(recorder.calls).toEqual([]);
    expect(server.open).toBe(0);
  });

  test.each([
    ['while waiting for the response', '', 'sent'],
    ['in the middle of the stream', STREAM_HEAD + httpChunk(contentEvent('a')), 'delta'],
    ['in the middle of an error', `${head('500 Oops', { 'content-length': '99' })}{`, 'sent'],
  ])('%s closes the connection and calls nothing', async (_, bytes, last) => {
    const { server, transport } = await rig((socket) => socket.write(bytes));
    const recorder = new Recorder();
    const cancel = transport.send(request, recorder);
    await until(() => recorder.types.at(-1) === last && server.requests.length === 1);
    await settle();
    cancel();
    const before = [...recorder.types];
    await until(() => server.open === 0);
    await settle();
    expect(recorder.types).toEqual(before);
  });

  test.each(['sent', 'delta'])(
    'from within the first %s is the last that is heard',
    async (type) => {
      const { server, transport } = await rig((socket) => socket.write(stream('a', 'b')));
      const recorder = new Recorder();
      const cancel = transport.send(request, recorder);
      recorder.onCall = (call) => {
        if (call.type === type) cancel();
      };
      await until(() => recorder.types.includes(type));
      await until(() => server.open === 0);
      await settle();
      expect(recorder.types.at(-1)).toBe(type);
    },
  );

  test('leaves other requests alone, and the next one works', async () => {
    const { transport } = await rig((socket) => socket.write(stream('a')));
    const [cancelled, kept] = [new Recorder(), new Recorder()];
    const cancel = transport.send(request, cancelled);
    transport.send(request, kept);
    cancel();
    await kept.over;
    expect(kept.types).toEqual(['sent', 'delta', 'end']);
    expect((await exchange(transport)).end).toBeDefined();
  });

  test('after the end does nothing', async () => {
    const { server, transport } = await rig((socket) => socket.write(stream('a')));
    const recorder = new Recorder();
    const cancel = transport.send(request, recorder);
    await recorder.over;
    cancel();
    await exchange(transport);
    expect(recorder.types).toEqual(['sent', 'delta', 'end']);
    expect(server.requests.map(({ connection }) => connection)).toEqual([0, 0]);
  });
});

test.each(['sent', 'delta', 'end'])(
  'an exception in an observer, at %s, is not taken for a failed request',
  async (type) => {
    const { server, transport } = await rig((socket) => socket.write(stream('a')));
    const recorder = new Recorder();
    recorder.onCall = (call) => {
      if (call.type === type) throw new Error('a bug in the observer');
    };
    const thrown = uncaught();
    transport.send(request, recorder);
    expect(await thrown).toEqual(new Error('a bug in the observer'));
    await settle();
    expect(recorder.types.at(-1)).toBe(type);
    expect(server.requests.length).toBeLessThanOrEqual(1);
  },
);

/** The next exception that nobody catches, kept from the test runner. */
async function uncaught(): Promise<unknown> {
  const runners = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  const error = await new Promise((resolve) => {
    process.once('uncaughtException', resolve);
  });
  for (const listener of runners) process.on('uncaughtException', listener);
  return error;
}
