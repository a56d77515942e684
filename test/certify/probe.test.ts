import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/base/clock.ts';
import { probeCrowd } from '../../src/certify/at-concurrency.ts';
import { probeBeside } from '../../src/certify/beside.ts';
import { type ProbeError, sendProbe } from '../../src/certify/probe.ts';
import { planIn, planText, stampsIn, stampText } from '../../src/certify/probe-plan.ts';
import type { Transport } from '../../src/transport/transport.ts';

/** Errors that are known, in milliseconds: of sending, of reading the first chunk, and of reading each later one. */
interface Errors {
  readonly connectMs?: number;
  readonly sendMs?: number;
  readonly firstMs?: number;
  /** Of the nth chunk. */
  readonly readMs?: (chunk: number) => number;
  readonly failsFrom?: number;
}

/** A server whose clock runs 1 s ahead, and a client that errs as it is told. */
function erring(clock: VirtualClock, errors: Errors = {}): Transport & { sent: number[] } {
  const { connectMs, sendMs = 0, firstMs = 0, readMs = () => 0, failsFrom = Infinity } = errors;
  const sent: number[] = [];
  return {
    sent,
    send({ headers }, observer) {
      const plan = planIn(`POST / HTTP/1.1\r\nx-probe: ${headers!['x-probe']}\r\n`)!;
      const index = sent.push(clock.now()) - 1;
      const sentMs = clock.now() + (connectMs ?? 0);
      let isOver = false;
      const at = (ms: number, act: () => void) =>
        clock.setTimeout(() => isOver || act(), ms - clock.now());
      at(sentMs, () => observer.onSent(sentMs, connectMs));
      const cameMs = sentMs + sendMs;
      for (let chunk = 0; chunk < plan.chunks; chunk++) {
        const leftMs = cameMs + plan.firstMs + chunk * plan.gapMs;
        const readAtMs = leftMs + (chunk === 0 ? firstMs : readMs(chunk));
        const text = stampText(leftMs + 1000, chunk === 0 ? cameMs + 1000 : undefined);
        at(readAtMs, () => observer.onDelta('content', text, readAtMs));
        if (chunk === plan.chunks - 1) {
          at(readAtMs, () =>
            index >= failsFrom
              ? observer.onFail({ status: 'protocol', message: 'no' }, readAtMs)
              : observer.onEnd({ usage: undefined, finishReason: 'stop' }, readAtMs),
          );
        }
      }
      return () => {
        isOver = true;
      };
    },
    async close() {},
  };
}

const PLAN = { firstMs: 50, gapMs: 20, chunks: 4 };

test('a plan and stamps come back as they were written', () => {
  const head = `POST /v1 HTTP/1.1\r\nX-Probe: ${planText(PLAN)}\r\n`;
  expect(planIn(head)).toEqual(PLAN);
  expect(planIn('GET / HTTP/1.1\r\n')).toBeUndefined();
  expect(stampsIn(stampText(12.3456, 1.5))).toEqual([1.5, 12.346]);
  expect(stampsIn(stampText(12.3456))).toEqual([12.346]);
});

test('a probe gives back the errors that were made, whatever the server’s clock says', () => {
  const clock = new VirtualClock();
  const transport = erring(clock, {
    ...{ connectMs: 7, sendMs: 0.25, firstMs: 1.5 },
    readMs: (chunk) => (chunk === 2 ? 9 : 1.5),
  });
  const found: (ProbeError | undefined)[] = [];
  clock.setTimeout(() => sendProbe(transport, PLAN, 98, (error) => found.push(error)), 100);
  clock.run();
  const [error] = found;
  expect(error!.ttftMs).toBeCloseTo(1.75, 6);
  expect(error!.sendLatenessMs).toBeCloseTo(2, 6);
  expect(error!.gapsMs.map((ms) => Number(ms.toFixed(6)))).toEqual([0, 7.5, -7.5]);
});

test('a crowd keeps so many probes under way, and leaves out the first of each', async () => {
  const clock = new VirtualClock();
  const transport = erring(clock, { firstMs: 3 });
  const crowd = probeCrowd({ clock, transport }, { streams: 5, plan: PLAN, forMs: 1000 });
  clock.run();
  const { errors, chunksPerSec } = await crowd;
  expect(errors).toMatchObject({ streams: 5, failed: 0, ttftMs: { p50: 3, p99: 3, max: 3 } });
  expect(errors!.probes).toBe(transport.sent.length - 5);
  // Each has 4 chunks in 110 ms, and 20 ms until the next.
  expect(chunksPerSec).toBeGreaterThan(100);
  expect(chunksPerSec).toBeLessThan((5 * 4 * 1000) / 110);
});

test('a crowd whose server goes away ends, and counts what failed', async () => {
  const clock = new VirtualClock();
  const transport = erring(clock, { failsFrom: 8 });
  const crowd = probeCrowd({ clock, transport }, { streams: 4, plan: PLAN, forMs: 60_000 });
  clock.run();
  expect((await crowd).errors).toMatchObject({ probes: 4, failed: 4 });
});

test('beside a run there is one probe in every second, at any moment of it, until it stops', () => {
  const clock = new VirtualClock();
  const transport = erring(clock, { firstMs: 1 });
  const beside = probeBeside({ clock, transport }, 10);
  clock.run(20_000);
  const { errors, late } = beside.stop();
  clock.run();
  expect(transport.sent.map((ms) => Math.floor(ms / 1000))).toEqual(
    Array.from({ length: 20 }, (_, second) => second),
  );
  expect(new Set(transport.sent.map((ms) => Math.round(ms % 1000))).size).toBeGreaterThan(15);
  expect(errors!.probes).toBeGreaterThanOrEqual(19);
  expect(late).toEqual([]);
});

test('a probe that is measured late marks its time', () => {
  const clock = new VirtualClock();
  const transport = erring(clock, { readMs: (chunk) => (chunk === 3 ? 40 : 0) });
  const beside = probeBeside({ clock, transport }, 10);
  clock.run(3000);
  const { late } = beside.stop();
  expect(late.length).toBeGreaterThanOrEqual(2);
  expect(late[0]).toMatchObject({ cause: 'probe', fromMs: transport.sent[0] });
});
