import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/base/clock.ts';
import { Engine } from '../../src/engine/engine.ts';
import { FixedEngine } from '../../src/engine/fixed-engine.ts';
import type { EngineRequest, ServingEngine } from '../../src/engine/serving.ts';
import { optionsOf, privateTokens, words } from '../support/engine-rig.ts';

const LATENCY = { ttftMs: 100, tpotMs: 10, perInputTokenMs: 0 };

function fixed(clock: VirtualClock, latency = LATENCY, overrides = {}): FixedEngine {
  return new FixedEngine(clock, optionsOf(overrides), latency, words);
}

function request(user: number, tokens: number, maxTokens = 5): EngineRequest {
  return { promptTokens: Int32Array.from(privateTokens(user, tokens)), maxTokens, ignoreEos: true };
}

/** Token times and texts, and the end or the error. */
function ask(engine: ServingEngine, asked: EngineRequest) {
  const heard = { atMs: [] as number[], text: '', ends: 0, outputTokens: -1, error: '' };
  const cancel = engine.submit(asked, {
    onToken(_id, text, atMs) {
      heard.atMs.push(atMs);
      heard.text += text;
    },
    onEnd(end) {
      heard.ends++;
      heard.outputTokens = end.outputTokens;
    },
    onError(error) {
      heard.error = error.message;
    },
  });
  return { heard, cancel };
}

test('tokens come after the TTFT, then every TPOT, and the answer ends with the last', () => {
  const clock = new VirtualClock();
  const { heard } = ask(fixed(clock), request(1, 50));
  clock.run();
  expect(heard.atMs).toEqual([100, 110, 120, 130, 140]);
  expect(heard).toMatchObject({ ends: 1, outputTokens: 5 });
});

test('a thousand requests at once take no longer than one', () => {
  const clock = new VirtualClock();
  const engine = fixed(clock);
  const all = Array.from({ length: 1000 }, (_, user) => ask(engine, request(user, 50)));
  clock.run();
  for (const { heard } of all) expect(heard.atMs).toEqual([100, 110, 120, 130, 140]);
});

test('input tokens can add to the TTFT', () => {
  const clock = new VirtualClock();
  const { heard } = ask(fixed(clock, { ...LATENCY, perInputTokenMs: 2 }), request(1, 50, 1));
  clock.run();
  expect(heard.atMs).toEqual([200]);
});

test('without latency everything happens at once, and nothing from within submit', () => {
  const clock = new VirtualClock();
  const { heard } = ask(fixed(clock, { ttftMs: 0, tpotMs: 0, perInputTokenMs: 0 }), request(1, 50));
  expect(heard.atMs).toEqual([]);
  clock.run();
  expect(heard.atMs).toEqual([0, 0, 0, 0, 0]);
  expect(heard.ends).toBe(1);
});

test.each([
  ['forced', { ignoreEos: true, maxTokens: 40 }],
  ['drawn', { ignoreEos: false, maxTokens: 500 }],
])('the answer is the one that the engine gives: %s length', (_name, limits) => {
  const asked = { ...request(3, 200), ...limits };
  const said = [fixed, (clock: VirtualClock) => new Engine(clock, optionsOf(), words)].map(
    (make) => {
      const clock = new VirtualClock();
      const { heard } = ask(make(clock), asked);
      clock.run();
      return { text: heard.text, outputTokens: heard.outputTokens };
    },
  );
  expect(said[0]).toEqual(said[1]);
  expect(said[0]!.text).not.toBe('');
});

test('a cancelled request says nothing more', () => {
  const clock = new VirtualClock();
  const { heard, cancel } = ask(fixed(clock), request(1, 50));
  clock.run(115);
  cancel();
  clock.run();
  expect(heard.atMs).toEqual([100, 110]);
  expect(heard.ends).toBe(0);
});

test('a request longer than the model allows is refused', () => {
  const clock = new VirtualClock();
  const { heard } = ask(fixed(clock, LATENCY, { maxModelTokens: 49 }), request(1, 50));
  clock.run();
  expect(heard.error).toMatch(/maximum context length is 49 tokens.*at least 50 input tokens/);
  expect(heard).toMatchObject({ atMs: [], ends: 0 });
});

test('it claims nothing about cached tokens', () => {
  expect(fixed(new VirtualClock()).options.reportCached).toBe(false);
});
