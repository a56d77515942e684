import { type Clock, READY_MS, sleep } from '../base/clock.ts';
import { errorText, Interrupted, UsageError } from '../base/errors.ts';
import type { CommonStart } from '../record/record.ts';
import type { Partition } from '../scenario/population.ts';
import { ClockWatch } from './clock-watch.ts';
import {
  type MeetingFolder,
  type RankFile,
  type RankState,
  rankFileName,
  START_FILE,
  type StartFile,
} from './rank-file.ts';
import { hasEnded, named, playedTwice, RollCall, ranksText, SILENT_MS } from './roll-call.ts';
import { correctionMs, type SkewBounds } from './skew.ts';
import type { StartAt } from './start-at.ts';

export interface MeetingOptions {
  readonly folder: MeetingFolder;
  readonly clock: Clock;
  readonly share: Partition;
  /** This process, and a word that is its alone. */
  readonly own: Pick<RankFile, 'word' | 'host' | 'pid'>;
  /** How long all are waited for. */
  readonly timeoutMs: number;
  /** When it is to start; default: soon after all are ready. */
  readonly startAt?: StartAt | undefined;
  /** Whether a process is known to be gone, where that can be known. */
  readonly isGone?: (file: RankFile) => boolean;
}

/** How another rank ended. */
export interface RankEnd {
  readonly rank: number;
  /** undefined: it is over in order. */
  readonly trouble?: string;
}

/** What is known of the start when it is named. */
interface Agreed {
  readonly epochMs: number;
  readonly skewMs: SkewBounds;
}

/** How often a rank looks what the others say while it waits, and says that it is there. */
const LOOK_MS = 200;
/** While it plays it is there less often, as each costs the disk something. */
const PLAYING_MS = 5000;
/** From rank 0's word to the start: every rank must have read it by then, over a network as well. */
const LEAD_MS = 2000;
/** Files made at first, a millisecond apart: they reach over several steps of a folder's clock. */
const STAMPS_FIRST = 32;

/**
 * The meeting of all ranks in a folder that they share. Each says that it is there, again and again; when all are
 * ready rank 0 names an instant, by its own clock, and each starts then, by what it has found of the difference
 * between its clock and rank 0's. One that fails before, or does not come, keeps all from starting.
 */
export class Meeting {
  readonly #options: MeetingOptions;
  readonly #roll: RollCall;
  readonly #clocks = new ClockWatch();
  #own: RankFile;
  /** Another process says that it is the same rank. */
  #twice: string | undefined;
  #writing: Promise<unknown> = Promise.resolve();
  #timer: unknown;

  constructor(options: MeetingOptions) {
    this.#options = options;
    this.#roll = new RollCall(options.isGone ?? (() => false));
    const { share, own } = options;
    const first = { rank: share.index, of: share.of, state: 'loading' as const };
    this.#own = { ...first, ...own, beat: 0, atEpochMs: this.#nowMs() };
  }

  /** Says that this rank is there. @throws UsageError where the folder cannot be written. */
  async come(): Promise<void> {
    const { clock, folder } = this.#options;
    try {
      await this.#say({});
      for (let count = 0; count < STAMPS_FIRST; count++) {
        this.#clocks.stamped(await folder.stamp());
        await sleep(clock, 1);
      }
    } catch (error) {
      throw new UsageError(`cannot write into ${folder.path}: ${errorText(error)}`);
    }
    this.#sayLater(LOOK_MS);
  }

  /**
   * Resolves when it is time to make ready what is to start at the instant that it says. `digest`: of what will be played, alike in all ranks.
   * @throws UsageError saying who did not come, failed, or would play something else; Interrupted when given up.
   */
  async start(digest: string, givenUp?: AbortSignal): Promise<CommonStart> {
    const { clock, share } = this.#options;
    this.#own = { ...this.#own, digest, state: 'ready' };
    const agreed = share.index === 0 ? this.#decided(givenUp) : this.#told(givenUp);
    const start = await agreed.catch((error) => {
      throw givenUp?.aborted ? new Interrupted() : error;
    });
    const aheadMs = correctionMs(start.skewMs);
    const dueMs = start.epochMs + aheadMs - clock.originEpochMs;
    const lateMs = clock.now() - dueMs;
    if (lateMs < -READY_MS) await sleep(clock, -lateMs - READY_MS);
    this.#own = { ...this.#own, state: 'playing' };
    return { ...start, ...(aheadMs !== 0 && { aheadMs }), lateMs: Math.max(0, lateMs) };
  }

  /** Says that this rank is over, or why it failed, and nothing more. */
  async end(why?: string): Promise<void> {
    this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#writing;
    const state: RankState = why === undefined ? 'over' : 'failed';
    await this.#say({ state, why }).catch(() => {});
  }

  /** Of rank 0: waits until every other has ended, or is gone; until `givenUp` at most. */
  async others(givenUp?: AbortSignal): Promise<RankEnd[]> {
    const { clock } = this.#options;
    const ranks = this.#watched;
    const pending = (rank: number): boolean => {
      const file = this.#roll.here(rank);
      return !!file && !hasEnded(file) && !this.#roll.isGone(rank, this.#nowMs());
    };
    for (;;) {
      await this.#look(ranks);
      if (givenUp?.aborted || !ranks.some(pending)) break;
      await sleep(clock, LOOK_MS);
    }
    return ranks.map((rank) => ({ rank, ...this.#troubleOf(rank) }));
  }

  #troubleOf(rank: number): { readonly trouble?: string } {
    const file = this.#roll.here(rank);
    if (!file) return { trouble: `rank ${rank} was not there` };
    if (file.state === 'over') return {};
    if (file.state === 'failed') return { trouble: `${named(file)} failed: ${file.why}` };
    return { trouble: `${named(file)} ${this.#whatOf(file)}` };
  }

  #whatOf(file: RankFile): string {
    if (this.#options.isGone?.(file)) return 'is gone, and ended without a word';
    return this.#roll.isGone(file.rank, this.#nowMs())
      ? `has said nothing for ${SILENT_MS / 1000} s`
      : 'has not ended, and was not waited for';
  }

  async #decided(givenUp?: AbortSignal): Promise<Agreed> {
    const { share, startAt, folder } = this.#options;
    const others = this.#watched;
    const words = () => [this.#own.word, ...others.map((rank) => this.#roll.here(rank)?.word)];
    const missing = () => others.filter((rank) => this.#roll.here(rank)?.state !== 'ready');
    const refuse = async (why: string): Promise<never> => {
      const refusal: StartFile = { words: words(), atEpochMs: this.#nowMs(), why };
      await folder.write(START_FILE, refusal).catch(() => {});
      throw new UsageError(`no start of ${share.of} ranks in ${folder.path}: ${why}`);
    };
    const why = await this.#until(
      () => this.#look(others),
      () => this.#roll.problem(this.#own, this.#nowMs()) ?? (missing().length ? undefined : ''),
      givenUp,
    );
    if (why === undefined) await refuse(`${this.#absent(missing())} ${this.#withinText()}`);
    if (why) await refuse(why);
    const atEpochMs = this.#nowMs();
    const soonMs = atEpochMs + (startAt?.afterMs ?? LEAD_MS);
    const startEpochMs =
      startAt?.epochMs === undefined ? soonMs : Math.max(startAt.epochMs, atEpochMs);
    const start: StartFile = {
      words: words(),
      atEpochMs,
      startEpochMs,
      leastMs: [0, ...others.map((rank) => this.#roll.leastMs(rank) ?? null)],
      toFolder: this.#clocks.toFolder,
    };
    await folder.write(START_FILE, start);
    return { epochMs: startEpochMs, skewMs: { leastMs: 0, mostMs: 0 } };
  }

  async #told(givenUp?: AbortSignal): Promise<Agreed> {
    const { share, folder } = this.#options;
    let start: StartFile | undefined;
    const why = await this.#until(
      async () => {
        await this.#look(this.#watched);
        const value = (await folder.read(START_FILE)) as StartFile | undefined;
        if (value?.words?.[share.index] === this.#own.word) start = value;
      },
      () => (start ? (start.why ?? '') : this.#roll.problem(this.#own, this.#nowMs())),
      givenUp,
    );
    const said = why ?? `rank 0 named no start ${this.#withinText()}`;
    if (said || start?.startEpochMs === undefined) {
      throw new UsageError(`no start of ${share.of} ranks in ${folder.path}: ${said}`);
    }
    const skewMs = this.#clocks.toZero(share.index, start, this.#nowMs());
    return { epochMs: start.startEpochMs, skewMs };
  }

  /** Looks again and again until `verdict` says something: '' for all is well. undefined: time is up. */
  async #until(
    look: () => Promise<void>,
    verdict: () => string | undefined,
    givenUp: AbortSignal | undefined,
  ): Promise<string | undefined> {
    const { clock, timeoutMs } = this.#options;
    // Rank 0 says who was missing: the others wait a little longer for its word.
    const patienceMs = timeoutMs + (this.#own.rank === 0 ? 0 : 10 * LOOK_MS);
    const endMs = clock.now() + patienceMs;
    while (!givenUp?.aborted) {
      await look();
      const said = this.#twice ?? verdict();
      if (said !== undefined || clock.now() >= endMs) return said;
      await sleep(clock, LOOK_MS);
    }
    return 'interrupted';
  }

  /** Rank 0 has all others in view, and these have rank 0. */
  get #watched(): readonly number[] {
    const { index, of } = this.#options.share;
    return index === 0 ? Array.from({ length: of - 1 }, (_, other) => other + 1) : [0];
  }

  #absent(ranks: readonly number[]): string {
    const here = ranks.filter((rank) => this.#roll.here(rank));
    const gone = ranks.filter((rank) => !here.includes(rank));
    return [
      ...(gone.length ? [`${ranksText(gone)} did not come`] : []),
      ...(here.length ? [`${ranksText(here)} did not become ready`] : []),
    ].join(', ');
  }

  #withinText(): string {
    return `within ${this.#options.timeoutMs / 1000} s (--rendezvous-timeout)`;
  }

  async #look(ranks: readonly number[]): Promise<void> {
    const { folder } = this.#options;
    await Promise.all(
      ranks.map(async (rank) => {
        const value = await folder.read(rankFileName(rank));
        this.#roll.saw(rank, value, this.#nowMs());
      }),
    );
    const zero = this.#own.rank === 0 ? undefined : this.#roll.here(0);
    if (zero) this.#clocks.readOfZero(zero, this.#nowMs());
  }

  #sayLater(afterMs: number): void {
    const { clock } = this.#options;
    this.#timer = clock.setTimeout(() => {
      this.#writing = this.#sayAgain().finally(() => {
        if (this.#timer === undefined) return;
        this.#sayLater(this.#own.state === 'playing' ? PLAYING_MS : LOOK_MS);
      });
    }, afterMs);
  }

  /** A disk that fails now and then makes this rank seem silent, and nothing worse. */
  async #sayAgain(): Promise<void> {
    const { folder } = this.#options;
    const name = rankFileName(this.#own.rank);
    const there = (await folder.read(name)) as RankFile | undefined;
    if (there && there.word !== this.#own.word) this.#twice = playedTwice(this.#own, there);
    if (this.#own.state === 'loading') await this.#look(this.#watched);
    await this.#say({}).catch(() => {});
  }

  async #say(change: Partial<RankFile>): Promise<void> {
    const { folder } = this.#options;
    const { beat, rank } = this.#own;
    const { toFolder } = this.#clocks;
    this.#own = { ...this.#own, ...change, toFolder, beat: beat + 1, atEpochMs: this.#nowMs() };
    this.#clocks.stamped(await folder.write(rankFileName(rank), this.#own));
  }

  #nowMs(): number {
    const { clock } = this.#options;
    return clock.originEpochMs + clock.now();
  }
}
