import { describe, expect, onTestFinished, test } from 'vitest';
import type { ChatRequest, Transport } from '../../src/transport/transport.ts';
import { Message } from '../../src/workload/message.ts';
import { Recorder } from './recorder.ts';

/** What the engine behind a transport is told to do with every request. */
export type Behaviour =
  /** Says exactly `maxTokens` tokens, at most one a delta, ends with `length` and tells its usage. */
  | 'answer'
  /** Turns the request down with an HTTP status. */
  | 'refuse'
  /** Says at least one token, and dies. */
  | 'breakOff'
  /** Takes the request and says nothing. */
  | 'stall';

/** A transport in front of an engine of one behaviour, and the passing of time. */
export interface Rig {
  readonly transport: Transport;
  /** Lets time pass until this holds: virtual time for a simulated engine, real time for a socket. */
  until(holds: () => boolean): Promise<void>;
  /** Lets pass whatever would still happen by itself. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

export type MakeRig = (behaviour: Behaviour) => Promise<Rig>;

const FINAL = ['end', 'fail'];

function asking(maxTokens: number, userId = 1): ChatRequest {
  return {
    userId,
    sessionId: String(userId),
    turn: 0,
    messages: [new Message('user', `Hello from user ${userId}.`)],
    maxTokens,
    minTokens: maxTokens,
    cacheSalt: undefined,
  };
}

function isOver(recorder: Recorder): boolean {
  return FINAL.includes(recorder.types.at(-1) ?? '');
}

/** How every Transport behaves, whatever is behind it. `exceptions` name behaviours that it cannot be given, and why. */
export function transportConformance(
  name: string,
  makeRig: MakeRig,
  exceptions: Partial<Record<Behaviour, string>> = {},
): void {
  const withRig = (behaviour: Behaviour, title: string, play: (rig: Rig) => Promise<void>) => {
    const reason = exceptions[behaviour];
    test.skipIf(reason !== undefined)(reason ? `${title} (${reason})` : title, async () => {
      const rig = await makeRig(behaviour);
      onTestFinished(() => rig.close());
      await play(rig);
    });
  };

  describe(`${name} is a transport:`, () => {
    withRig(
      'answer',
      'an answer is sent, deltas, one end',
      async ({ transport, until, settle }) => {
        const recorder = new Recorder();
        transport.send(asking(5), recorder);
        await until(() => isOver(recorder));
        await settle();
        const deltas = recorder.deltas.length;
        expect(deltas).toBeGreaterThan(0);
        expect(deltas).toBeLessThanOrEqual(5);
        expect(recorder.types).toEqual(['sent', ...Array(deltas).fill('delta'), 'end']);
      },
    );

    withRig('answer', 'times never run backwards', async ({ transport, until }) => {
      const recorder = new Recorder();
      transport.send(asking(5), recorder);
      await until(() => isOver(recorder));
      const times = recorder.calls.flatMap((call) => ('atMs' in call ? [call.atMs] : []));
      expect(times).toEqual([...times].sort((a, b) => a - b));
    });

    withRig('answer', 'deltas are never empty', async ({ transport, until }) => {
      const recorder = new Recorder();
      transport.send(asking(5), recorder);
      await until(() => isOver(recorder));
      expect(recorder.deltas.filter((delta) => delta.endsWith(':'))).toEqual([]);
    });

    withRig('answer', "the engine's usage is passed on", async ({ transport, until }) => {
      const recorder = new Recorder();
      transport.send(asking(5), recorder);
      await until(() => isOver(recorder));
      expect(recorder.end).toMatchObject({
        finishReason: 'length',
        usage: { inputTokens: expect.any(Number), outputTokens: 5 },
      });
    });

    withRig('answer', 'requests in flight do not mix', async ({ transport, until }) => {
      const recorders = Array.from({ length: 20 }, () => new Recorder());
      for (const [index, recorder] of recorders.entries()) {
        transport.send(asking(index + 1, index), recorder);
      }
      await until(() => recorders.every(isOver));
      expect(recorders.map(({ end }) => end?.usage?.outputTokens)).toEqual(
        recorders.map((_, index) => index + 1),
      );
    });

    withRig(
      'answer',
      'the next request may come from within onEnd',
      async ({ transport, until }) => {
        const [first, second] = [new Recorder(), new Recorder()];
        first.onCall = ({ type }) => {
          if (type === 'end') transport.send(asking(2), second);
        };
        transport.send(asking(3), first);
        await until(() => isOver(second));
        expect([first, second].map(({ end }) => end?.usage?.outputTokens)).toEqual([3, 2]);
      },
    );

    withRig('answer', 'cancelling at once, nothing is called later', async (rig) => {
      const recorder = new Recorder();
      const cancel = rig.transport.send(asking(5), recorder);
      const before = [...recorder.types];
      cancel();
      await rig.settle();
      expect(recorder.types).toEqual(before);
    });

    withRig('answer', 'cancelling from within a delta, it was the last', async (rig) => {
      const recorder = new Recorder();
      const cancel = rig.transport.send(asking(5), recorder);
      recorder.onCall = ({ type }) => {
        if (type === 'delta') cancel();
      };
      await rig.until(() => recorder.deltas.length > 0);
      await rig.settle();
      expect(recorder.types).toEqual(['sent', 'delta']);
    });

    withRig('answer', 'cancelling when it is over is harmless', async (rig) => {
      const [first, second] = [new Recorder(), new Recorder()];
      const cancel = rig.transport.send(asking(2), first);
      await rig.until(() => isOver(first));
      cancel();
      rig.transport.send(asking(2), second);
      cancel();
      await rig.until(() => isOver(second));
      expect(first.types.filter((type) => FINAL.includes(type))).toEqual(['end']);
      expect(second.end).toBeDefined();
    });

    withRig('answer', 'it can be closed when all is over', async ({ transport, until }) => {
      const recorder = new Recorder();
      transport.send(asking(2), recorder);
      await until(() => isOver(recorder));
      await expect(transport.close()).resolves.toBeUndefined();
    });

    withRig('refuse', 'a refusal is one failure with its status', async (rig) => {
      const recorder = new Recorder();
      rig.transport.send(asking(5), recorder);
      await rig.until(() => isOver(recorder));
      await rig.settle();
      expect(recorder.types).toEqual(['sent', 'fail']);
      expect(recorder.failure).toMatchObject({ status: 'http', message: expect.any(String) });
      expect(recorder.failure?.httpStatus).toBeGreaterThanOrEqual(400);
    });

    withRig('breakOff', 'a broken answer is its deltas and one failure', async (rig) => {
      const recorder = new Recorder();
      rig.transport.send(asking(50), recorder);
      await rig.until(() => isOver(recorder));
      await rig.settle();
      const deltas = recorder.deltas.length;
      expect(deltas).toBeGreaterThan(0);
      expect(recorder.types).toEqual(['sent', ...Array(deltas).fill('delta'), 'fail']);
      expect(recorder.failure).toMatchObject({ status: 'protocol' });
    });

    withRig(
      'stall',
      'a stalled request is silent until it is cancelled, and after',
      async (rig) => {
        const recorder = new Recorder();
        const cancel = rig.transport.send(asking(5), recorder);
        await rig.until(() => recorder.calls.length > 0);
        await rig.settle();
        expect(recorder.types).toEqual(['sent']);
        cancel();
        await rig.settle();
        expect(recorder.types).toEqual(['sent']);
      },
    );
  });
}
