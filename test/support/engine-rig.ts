import { type Clock, VirtualClock } from '../../src/base/clock.ts';
import type { Profile } from '../../src/engine/cost/profile.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { EngineEvents } from '../../src/engine/events.ts';
import { type MeteredFleet, meteredFleet } from '../../src/engine/metrics/metered.ts';
import type { Coder, Word } from '../../src/engine/prompt/vocabulary.ts';
import type { EngineError } from '../../src/engine/request-error.ts';
import type { EngineEnd, EngineRequest } from '../../src/engine/serving.ts';
import { type EngineOptions, engineSchema } from '../../src/scenario/engine.ts';

/** Ids 1 to 200: none is an id that the tests use in prompts. */
export const words: readonly Word[] = Array.from({ length: 200 }, (_, i) => ({
  id: i + 1,
  text: ` w${String.fromCharCode(97 + Math.floor(i / 26), 97 + (i % 26))}`,
}));

/** Every word, blank run or other character is a token; ids are given in order of appearance from 1000. */
export function wordTokenizer(): Coder {
  const ids = new Map<string, number>(words.map(({ id, text }) => [text, id]));
  const texts = new Map<number, string>(words.map(({ id, text }) => [id, text]));
  const idOf = (text: string): number => {
    let id = ids.get(text);
    if (id === undefined) {
      id = 1000 + ids.size;
      ids.set(text, id);
      texts.set(id, text);
    }
    return id;
  };
  return {
    encode: (text) => (text.match(/ ?[A-Za-z]+|\s+|[^A-Za-z\s]/g) ?? []).map(idOf),
    decode: (list) => list.map((id) => texts.get(id) ?? '').join(''),
  };
}

export function optionsOf(overrides: Partial<EngineOptions> = {}): EngineOptions {
  return { ...engineSchema.parse({}), ...overrides };
}

/** What a server serves: one engine, or several, with their metrics. */
export function fleetOf(clock: Clock, options: EngineOptions): MeteredFleet {
  const create = (events: readonly EngineEvents[]) => new Engine(clock, options, words, { events });
  return meteredFleet(create, options.replicas.count);
}

/** What became of one request. */
export interface Outcome {
  ids: number[];
  text: string;
  atMs: number[];
  end?: EngineEnd;
  error?: EngineError;
  cancel: () => void;
}

export class Bench {
  readonly clock = new VirtualClock();
  readonly engine: Engine;

  constructor(
    overrides: Partial<EngineOptions> = {},
    events: readonly EngineEvents[] = [],
    profile?: Profile,
  ) {
    const parts = { events, ...(profile && { profile }) };
    this.engine = new Engine(this.clock, optionsOf(overrides), words, parts);
  }

  submit(request: EngineRequest): Outcome {
    const outcome: Outcome = { ids: [], text: '', atMs: [], cancel: () => {} };
    outcome.cancel = this.engine.submit(request, {
      onToken(id, text, atMs) {
        outcome.ids.push(id);
        outcome.text += text;
        outcome.atMs.push(atMs);
      },
      onEnd(end) {
        outcome.end = end;
      },
      onError(error) {
        outcome.error = error;
      },
    });
    return outcome;
  }

  /** Runs one request to its end, and whatever else is going on. */
  ask(request: EngineRequest): Outcome {
    const outcome = this.submit(request);
    this.clock.run();
    return outcome;
  }
}

/** A prompt of `count` ids that no other `owner` has. */
export function privateTokens(owner: number, count: number, from = 0): number[] {
  return Array.from({ length: count }, (_, i) => 10_000 + owner * 1_000_000 + from + i);
}
