import { describe, expect, test } from 'vitest';
import { type Clock, VirtualClock } from '../../../src/base/clock.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { Bench, type Outcome, optionsOf, privateTokens, words } from '../../support/engine-rig.ts';

function prompt(owner: number, count: number): Int32Array {
  return Int32Array.from(privateTokens(owner, count));
}

/** A request with exactly `answer` tokens of answer. */
function asking(owner: number, input: number, answer: number) {
  return { promptTokens: prompt(owner, input), maxTokens: answer, ignoreEos: true };
}

function endMs(outcome: Outcome): number {
  return outcome.atMs.at(-1)!;
}

describe('arrival', () => {
  test('a request reaches the scheduler after the API time, once', () => {
    const slow = new Bench({ apiMs: 14 }).ask(asking(1, 100, 3));
    const fast = new Bench({ apiMs: 0 }).ask(asking(1, 100, 3));
    expect(slow.atMs.map((ms, i) => ms - fast.atMs[i]!)).toEqual([14, 14, 14].map(near));
  });

  test('a limit over the length limit is refused, in the words of vLLM; prompt and limit together cut the answer', () => {
    const bench = new Bench({ maxModelTokens: 1000 });
    expect(bench.ask(asking(1, 900, 1001)).error).toMatchObject({
      message: expect.stringContaining(
        'max_tokens=1001 cannot be greater than max_model_len=1000.',
      ),
      type: 'BadRequestError',
      code: 400,
    });
    expect(bench.ask(asking(1, 900, 101)).end?.outputTokens).toBe(100);
    expect(bench.ask(asking(1, 900, 100)).end?.outputTokens).toBe(100);
  });

  test('so it is with what can never fit the KV cache', () => {
    const bench = new Bench({ blocks: 11, blockTokens: 16 });
    expect(bench.engine.lengthLimit).toBe(160);
    expect(bench.ask(asking(1, 100, 161)).error?.code).toBe(400);
    expect(bench.ask(asking(1, 100, 61)).end?.outputTokens).toBe(60);
    expect(
      bench.ask({ promptTokens: prompt(1, 161), maxTokens: undefined }).error?.message,
    ).toMatch(/your prompt contains at least 161 input tokens/);
  });

  test('an empty prompt is refused', () => {
    expect(new Bench().ask(asking(1, 0, 5)).error?.message).toMatch(/empty/);
  });
});

test('no request waits for less than no time, also where timers are late', () => {
  const clock = new VirtualClock();
  // As on the wall clock: the engine's own time runs behind, and steps begin before they are seen to.
  const late: Clock = {
    ...{ name: 'system', originEpochMs: 0 },
    now: () => clock.now(),
    setTimeout: (fn, delayMs) => clock.setTimeout(fn, delayMs + 4),
    clearTimeout: (timer) => clock.clearTimeout(timer),
    hold: () => {},
  };
  const engine = new Engine(late, optionsOf({ gpu: 'h100', apiMs: 0 }), words);
  const queuedFor: number[] = [];
  for (let user = 0; user < 50; user++) {
    clock.setTimeout(() => {
      engine.submit(asking(user, 50, 30), {
        onToken() {},
        onEnd: ({ times }) => queuedFor.push(times.scheduledMs - times.queuedMs),
        onError: (error) => expect.unreachable(error.message),
      });
    }, user * 3);
  }
  clock.run();
  expect(queuedFor).toHaveLength(50);
  expect(Math.min(...queuedFor)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...queuedFor)).toBeGreaterThan(0);
});

describe('batching', () => {
  test('a long prompt is computed in chunks of the token budget', () => {
    const oneStep = new Bench({ maxBatchedTokens: 6000, apiMs: 0 }).ask(asking(1, 5000, 1));
    const threeSteps = new Bench({ maxBatchedTokens: 2000, apiMs: 0 }).ask(asking(1, 5000, 1));
    // Two more steps read the weights and pay host time; at these sizes the linear layers cost the same.
    expect(threeSteps.atMs[0]!).toBeGreaterThan(oneStep.atMs[0]! + 2 * 1.95);
    expect(threeSteps.atMs[0]!).toBeLessThan(oneStep.atMs[0]! + 2 * 5);
  });

  test('running requests go on decoding while a prompt is computed in chunks', () => {
    const bench = new Bench({ maxBatchedTokens: 512 });
    const first = bench.submit(asking(1, 100, 50));
    bench.clock.run(100);
    const second = bench.submit(asking(2, 4000, 5));
    bench.clock.run();
    const during = first.atMs.filter((ms) => ms > 120 && ms < second.atMs[0]!);
    expect(during.length).toBeGreaterThanOrEqual(4000 / 512 - 1);
  });

  test('at most so many requests run at once', () => {
    const bench = new Bench({ maxSeqs: 2 });
    for (let user = 0; user < 5; user++) bench.submit(asking(user, 50, 20));
    bench.clock.run(60);
    expect(bench.engine.stats).toMatchObject({ running: 2, waiting: 3 });
  });

  test('requests are admitted in order: a large one that does not fit holds up a small one', () => {
    const bench = new Bench({ blocks: 65 });
    const running = bench.submit(asking(1, 600, 100));
    const large = bench.submit(asking(2, 600, 10));
    const small = bench.submit(asking(3, 16, 1));
    bench.clock.run();
    expect(large.atMs[0]!).toBeGreaterThan(endMs(running));
    expect(small.atMs[0]!).toBeGreaterThanOrEqual(large.atMs[0]!);
  });
});

describe('prefix cache', () => {
  test('hits are whole blocks, and never the last token', () => {
    const bench = new Bench();
    bench.ask(asking(1, 64, 1));
    expect(bench.ask(asking(1, 64, 1)).end?.cachedTokens).toBe(48);
    expect(bench.ask(asking(1, 65, 1)).end?.cachedTokens).toBe(64);
    expect(bench.ask(asking(1, 63, 1)).end?.cachedTokens).toBe(48);
  });

  test('of two equal prompts in one step, the second hits what the first is about to compute', () => {
    const bench = new Bench();
    // An idle engine starts with whoever comes first; this one makes the two wait for the same step.
    bench.submit(asking(9, 16, 1));
    const [first, second] = [bench.submit(asking(1, 100, 2)), bench.submit(asking(1, 100, 2))];
    bench.clock.run();
    expect(first.atMs).toEqual(second.atMs);
    expect([first.end?.cachedTokens, second.end?.cachedTokens]).toEqual([0, 96]);
  });

  test('hits make the first token come sooner', () => {
    const bench = new Bench({ gpu: 'a100' });
    const cold = bench.ask(asking(1, 2000, 1)).atMs[0]!;
    const startMs = bench.clock.now();
    expect(bench.ask(asking(1, 2000, 1)).atMs[0]! - startMs).toBeLessThan(cold / 3);
  });

  test('requests with different salts share nothing, those with the same salt do', () => {
    const bench = new Bench();
    const cached = [undefined, 'a', 'b', 'a', undefined].map(
      (salt) => bench.ask({ ...asking(1, 100, 1), salt }).end?.cachedTokens,
    );
    expect(cached).toEqual([0, 0, 0, 96, 96]);
  });

  test('switched off, it counts and hits nothing', () => {
    const bench = new Bench({ prefixCaching: false });
    bench.ask(asking(1, 100, 1));
    expect(bench.ask(asking(1, 100, 1)).end?.cachedTokens).toBe(0);
    expect(bench.engine.stats).toMatchObject({ prefixQueries: 0, prefixHits: 0 });
  });

  test('a reset empties it, unless a request is running', () => {
    const bench = new Bench();
    bench.submit(asking(1, 100, 50));
    bench.clock.run(100);
    expect(bench.engine.resetPrefixCache()).toBe(false);
    bench.clock.run();
    expect(bench.engine.resetPrefixCache()).toBe(true);
    expect(bench.ask(asking(1, 100, 1)).end?.cachedTokens).toBe(0);
  });
});

describe('preemption', () => {
  const tight = { blocks: 21, blockTokens: 16, apiMs: 0 };

  test('the last admitted request gives way, starts again from its cached blocks, and ends the same', () => {
    const bench = new Bench(tight);
    const first = bench.submit(asking(1, 100, 150));
    const second = bench.submit(asking(2, 100, 150));
    bench.clock.run();
    expect(bench.engine.stats.preemptions).toBe(1);
    expect(endMs(first)).toBeLessThan(endMs(second));
    expect(second.ids).toEqual(new Bench(tight).ask(asking(2, 100, 150)).ids);
    expect(second.end).toMatchObject({ cachedTokens: 0, promptTokens: 100, outputTokens: 150 });
    // A resumed request is not counted as a new lookup.
    expect(bench.engine.stats.prefixQueries).toBe(200);
  });

  test('a preempted request comes back before those that were waiting', () => {
    const bench = new Bench(tight);
    bench.submit(asking(1, 100, 150));
    const second = bench.submit(asking(2, 100, 150));
    const third = bench.submit(asking(3, 200, 10));
    bench.clock.run();
    expect(bench.engine.stats.preemptions).toBeGreaterThan(0);
    expect(third.atMs[0]!).toBeGreaterThan(endMs(second));
  });
});

describe('cancelling', () => {
  test.each([
    ['before it arrives', 5],
    ['while it runs', 60],
  ])('%s: frees its blocks, and nothing more is heard of it', (_, atMs) => {
    const bench = new Bench();
    const outcome = bench.submit(asking(1, 100, 50));
    bench.clock.run(atMs);
    const heard = outcome.ids.length;
    outcome.cancel();
    bench.clock.run();
    expect(outcome.ids).toHaveLength(heard);
    expect(outcome.end).toBeUndefined();
    expect(bench.engine.stats).toMatchObject({ running: 0, waiting: 0, kvUsage: 0 });
  });

  test('in the middle of a token, also of the last one', () => {
    const bench = new Bench();
    for (const stopAfter of [2, 3]) {
      const heard: string[] = [];
      const cancel = bench.engine.submit(asking(1, 20, 3), {
        onToken: () => {
          heard.push('token');
          if (heard.length === stopAfter) cancel();
        },
        onEnd: () => heard.push('end'),
        onError: () => heard.push('error'),
      });
      bench.clock.run();
      expect(heard).toEqual(Array.from({ length: stopAfter }, () => 'token'));
    }
    expect(bench.engine.stats.kvUsage).toBe(0);
  });
});

function near(ms: number): unknown {
  return expect.closeTo(ms, 6);
}
