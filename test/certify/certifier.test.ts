import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/base/clock.ts';
import { openCertifier } from '../../src/certify/certifier.ts';
import { stampText } from '../../src/certify/probe-plan.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import type { Transport } from '../../src/transport/transport.ts';

/** Answers at once, 2 ms late. */
function prompt(clock: VirtualClock): Transport {
  return {
    send(_, observer) {
      clock.setTimeout(() => {
        const sentMs = clock.now() - 2;
        observer.onSent(sentMs);
        observer.onDelta('content', stampText(0, 0), clock.now());
        observer.onEnd({ usage: undefined, finishReason: 'stop' }, clock.now());
      }, 2);
      return () => {};
    },
    async close() {},
  };
}

test('a certifier tells what probes found before a run and beside it', async () => {
  const clock = new VirtualClock();
  let isClosed = false;
  const certifier = await openCertifier(parseScenario({}), clock, 10, async () => ({
    ...{ clock, transport: prompt(clock) },
    async close() {
      isClosed = true;
    },
  }));
  const before = certifier.before(3);
  clock.run();
  expect(await before).toMatchObject({ streams: 3, ttftMs: { p50: 2, max: 2 } });
  certifier.begin();
  clock.run(clock.now() + 5000);
  const { certification, late } = certifier.end();
  expect(certification).toMatchObject({
    before: { streams: 3 },
    during: { streams: 1, probes: 5, ttftMs: { p99: 2 } },
  });
  expect(late).toEqual([]);
  await certifier.close();
  expect(isClosed).toBe(true);
});

test('without a probe there is no certification', async () => {
  const clock = new VirtualClock();
  const open = async () => ({ clock, transport: prompt(clock), async close() {} });
  const certifier = await openCertifier(parseScenario({}), clock, 10, open);
  expect(certifier.end()).toEqual({ certification: undefined, late: [] });
});
