import type { Clock } from '../base/clock.ts';
import { LiveBlocks } from '../cache/live-blocks.ts';
import { PromptBlocks } from '../cache/prompt-blocks.ts';
import type { EngineEvents } from '../engine/events.ts';
import { chainNames } from '../engine/kv/chain-hash.ts';
import type { EngineRequest } from '../engine/serving.ts';
import type { TurnRecord } from '../record/record.ts';
import { Level } from './level.ts';
import type { PlannedPlay } from './planned-play.ts';

interface UnderWay {
  readonly names: Int32Array;
  /** Prompt and answer. */
  readonly contextTokens: number;
  readonly idealTokens: number;
}

/** A request as an engine gets it. */
export interface PlannedRequest {
  readonly userId: number;
  readonly isWarmup: boolean;
  readonly atMs: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Of all full blocks of prompt and answer, two words a block (engine/kv/chain-hash.ts). */
  readonly names: Int32Array;
}

export interface FollowerOptions {
  readonly clock: Clock;
  readonly blockTokens: number;
  /** Whether what the engine begins with now is of the warm-up. */
  readonly isWarmup: () => boolean;
  /** Told every request, in the order in which the engine gets them. */
  readonly onRequest?: ((request: PlannedRequest) => void) | undefined;
}

/**
 * Follows a plan while it is played: what each request would find in a prefix cache that never forgets, and
 * what the conversations under way hold there.
 */
export class PlanFollower implements EngineEvents {
  readonly #options: FollowerOptions;
  /** Whose the requests are that go to the engine. */
  readonly #userIds = new WeakMap<EngineRequest, number>();
  /** By user: a user has one request at a time. */
  readonly #underWay = new Map<number, UnderWay>();
  readonly #prompts: PromptBlocks;
  readonly #held: LiveBlocks;
  readonly #live = { conversations: new Level(), blocks: new Level(), tokens: new Level() };
  readonly #requests: PlannedPlay['requests'][number][] = [];
  #warmupRequests = 0;

  constructor(options: FollowerOptions) {
    const { blockTokens } = options;
    this.#options = options;
    this.#prompts = new PromptBlocks(blockTokens);
    this.#held = new LiveBlocks(blockTokens);
  }

  get followed(): Pick<PlannedPlay, 'requests' | 'live' | 'warmupRequests' | 'promptBlocks'> {
    return {
      requests: this.#requests,
      live: this.#live,
      warmupRequests: this.#warmupRequests,
      promptBlocks: this.#prompts.promptBlocks,
    };
  }

  submitted(request: EngineRequest, userId: number): void {
    this.#userIds.set(request, userId);
  }

  accepted(request: EngineRequest, tokens: Int32Array): void {
    const userId = this.#userIds.get(request)!;
    const names = chainNames(tokens, this.#options.blockTokens, request.salt);
    const inputTokens = request.promptTokens.length;
    const outputTokens = tokens.length - inputTokens;
    const idealTokens = this.#prompts.add({ inputTokens, outputTokens, names });
    this.#underWay.set(userId, { names, contextTokens: tokens.length, idealTokens });
    const { clock, onRequest } = this.#options;
    const isWarmup = this.#options.isWarmup();
    onRequest?.({ userId, isWarmup, atMs: clock.now(), inputTokens, outputTokens, names });
    if (isWarmup) return;
    this.#held.set(userId, inputTokens, names);
    this.#noteLive();
  }

  recorded(record: TurnRecord): void {
    const { userId, phase, sentMs, turn, turns } = record;
    const planned = sentMs === undefined ? undefined : this.#underWay.get(userId);
    this.#underWay.delete(userId);
    if (phase === 'warmup') {
      this.#warmupRequests++;
      return;
    }
    this.#requests.push({ record, idealTokens: planned?.idealTokens });
    if (planned) this.#held.set(userId, planned.contextTokens, planned.names);
    // Its last turn, played or not: every turn of a conversation that arrived has a record.
    if (turn === turns - 1) this.#held.remove(userId);
    this.#noteLive();
  }

  #noteLive(): void {
    const nowMs = this.#options.clock.now();
    this.#live.conversations.set(nowMs, this.#held.conversations);
    this.#live.blocks.set(nowMs, this.#held.blocks);
    this.#live.tokens.set(nowMs, this.#held.tokens);
  }
}
