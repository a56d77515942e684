import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Clock, READY_MS } from '../../src/base/clock.ts';
import { Meeting, type MeetingOptions } from '../../src/ranks/meeting.ts';
import type { MeetingFolder, RankFile } from '../../src/ranks/rank-file.ts';
import type { FolderStamp } from '../../src/ranks/skew.ts';
import type { CommonStart } from '../../src/record/record.ts';
import { tries } from '../support/tries.ts';

/** True time, in which several machines live: the next timer's when all that the last one began has been said. */
class World {
  nowMs = 0;
  #timers: { dueMs: number; fn: () => void }[] = [];

  /** A machine's clock: ahead of the true one by so much, and made at this moment. */
  clock(skewMs: number): Clock {
    const madeMs = this.nowMs;
    return {
      name: 'system',
      originEpochMs: EPOCH_MS + madeMs + skewMs,
      now: () => this.nowMs - madeMs,
      setTimeout: (fn, delayMs) => {
        const timer = { dueMs: this.nowMs + delayMs, fn };
        this.#timers.push(timer);
        return timer;
      },
      clearTimeout: (timer) => {
        this.#timers = this.#timers.filter((one) => one !== timer);
      },
      hold() {},
    };
  }

  wait(ms: number): Promise<void> {
    return new Promise((fn) => this.#timers.push({ dueMs: this.nowMs + ms, fn }));
  }

  /** Until nobody waits for these any more. */
  async run<T>(all: readonly Promise<T>[]): Promise<PromiseSettledResult<T>[]> {
    let settled: PromiseSettledResult<T>[] | undefined;
    Promise.allSettled(all).then((results) => {
      settled = results;
    });
    for (;;) {
      await new Promise(setImmediate);
      if (settled) return settled;
      this.#timers.sort((a, b) => a.dueMs - b.dueMs);
      const next = this.#timers.shift();
      if (!next) throw new Error('nobody goes on');
      this.nowMs = Math.max(this.nowMs, next.dueMs);
      next.fn();
    }
  }
}

const EPOCH_MS = 1_800_000_000_000;

interface Disk {
  readonly world: World;
  readonly files: Map<string, string>;
  /** How long a file takes to be made, and to be read, at the most. */
  readonly slowMs: number;
  /** In what steps it stamps, and how far its clock is ahead. */
  readonly tickMs: number;
  readonly aheadMs: number;
  /** Machines stamp files by their own clocks. */
  readonly isStampedByClient: boolean;
  readonly random: () => number;
}

function folderOf(disk: Disk, clock: Clock): MeetingFolder {
  const { world, files, slowMs, random } = disk;
  const ownMs = () => clock.originEpochMs + clock.now();
  async function stamp(): Promise<FolderStamp> {
    const beforeMs = ownMs();
    await world.wait(random() * slowMs);
    const nowMs = disk.isStampedByClient ? ownMs() : EPOCH_MS + world.nowMs + disk.aheadMs;
    const stampMs = Math.floor(nowMs / disk.tickMs) * disk.tickMs;
    await world.wait(random() * slowMs);
    return { beforeMs, afterMs: ownMs(), stampMs };
  }
  return {
    path: 'shared',
    stamp,
    async write(name, value) {
      const stamped = await stamp();
      files.set(name, JSON.stringify(value));
      return stamped;
    },
    async read(name) {
      await world.wait(random() * slowMs);
      const text = files.get(name);
      await world.wait(random() * slowMs);
      return text === undefined ? undefined : JSON.parse(text);
    },
  };
}

function disk(world: World, change: Partial<Disk> = {}): Disk {
  const rest = { slowMs: 1, tickMs: 4, aheadMs: 0, isStampedByClient: false };
  return { world, files: new Map(), ...rest, random: () => 0.5, ...change };
}

interface Member {
  readonly rank: number;
  readonly comesMs?: number;
  readonly loadsMs?: number;
  readonly skewMs?: number;
  readonly digest?: string;
  readonly fails?: string;
  readonly word?: string;
}

/** A rank that comes, loads and starts, and when it did in true time. */
async function takePart(
  on: Disk,
  of: number,
  member: Member,
  more: Partial<MeetingOptions> = {},
): Promise<CommonStart & { trueMs: number; meeting: Meeting }> {
  const { world } = on;
  const { rank, comesMs = 0, loadsMs = 0, skewMs = 0, digest = 'same', fails } = member;
  await world.wait(comesMs);
  const clock = world.clock(skewMs);
  const own = { word: member.word ?? `w${rank}`, host: `host${rank}`, pid: 100 + rank };
  const folder = folderOf(on, clock);
  const share = { index: rank, of };
  const meeting = new Meeting({ folder, clock, share, own, timeoutMs: 20_000, ...more });
  await meeting.come();
  await world.wait(loadsMs);
  try {
    if (fails !== undefined) throw new Error(fails);
    const start = await meeting.start(digest);
    return { ...start, trueMs: world.nowMs, meeting };
  } catch (error) {
    await meeting.end((error as Error).message);
    throw error;
  }
}

function messagesOf(results: readonly PromiseSettledResult<unknown>[]): string[] {
  return results.map((one) => (one.status === 'rejected' ? one.reason.message : 'started'));
}

describe('ranks that meet', () => {
  const member = fc.record({
    comesMs: fc.integer({ min: 0, max: 8000 }),
    loadsMs: fc.integer({ min: 0, max: 3000 }),
    skewMs: fc.oneof(fc.constant(0), fc.double({ min: -5000, max: 5000, noNaN: true })),
  });

  test('start together whatever their clocks say, and know these as well as they say', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(member, { minLength: 2, maxLength: 5 }),
        fc.record({
          slowMs: fc.double({ min: 0, max: 60, noNaN: true }),
          tickMs: fc.constantFrom(0.001, 1, 4, 10, 1000),
          aheadMs: fc.double({ min: -4000, max: 4000, noNaN: true }),
          isStampedByClient: fc.boolean(),
        }),
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        async (members, kind, numbers) => {
          const world = new World();
          const on = disk(world, { ...kind, random: () => numbers.next().value as number });
          const starts = await world.run(
            members.map((one, rank) => takePart(on, members.length, { rank, ...one })),
          );
          const [zero, ...others] = starts.map((one) => {
            expect(messagesOf([one])).toEqual(['started']);
            return (one as PromiseFulfilledResult<Awaited<ReturnType<typeof takePart>>>).value;
          });
          others.forEach((start, index) => {
            const { leastMs, mostMs } = start.skewMs!;
            const trueSkewMs = members[index + 1]!.skewMs - members[0]!.skewMs;
            if (!kind.isStampedByClient) {
              expect(leastMs).toBeLessThanOrEqual(trueSkewMs + ROUNDING);
              expect(mostMs).toBeGreaterThanOrEqual(trueSkewMs - ROUNDING);
            }
            expect(start.epochMs).toBe(zero!.epochMs);
            const apartMs = Math.abs(start.trueMs - start.lateMs - (zero!.trueMs - zero!.lateMs));
            if (!kind.isStampedByClient) expect(apartMs).toBeLessThanOrEqual(mostMs - leastMs + 1);
          });
        },
      ),
      { numRuns: tries(15), seed: 15 },
    );
  });

  /** Of Unix times in milliseconds, as doubles hold them. */
  const ROUNDING = 0.01;

  test('know their clocks to a tick of the folder, where files are made at once', async () => {
    const world = new World();
    let phase = 0;
    const on = disk(world, { slowMs: 0.2, random: () => (phase = (phase + 0.618) % 1) });
    const skews = [0, 120, -45];
    const starts = await world.run(
      skews.map((skewMs, rank) => takePart(on, 3, { rank, skewMs, loadsMs: 3000 })),
    );
    const { skewMs } = (starts[1] as PromiseFulfilledResult<CommonStart>).value;
    expect(skewMs!.leastMs).toBeLessThan(120);
    expect(skewMs!.mostMs).toBeGreaterThan(120);
    expect(skewMs!.mostMs - skewMs!.leastMs).toBeLessThan(25);
  });

  test('start at the time that was set, or so long after all are ready', async () => {
    for (const [startAt, atMs] of [
      [{ epochMs: EPOCH_MS + 15_000 }, 15_000],
      [{ afterMs: 7000 }, 7000],
    ] as const) {
      const world = new World();
      const starts = await world.run(
        [0, 1].map((rank) => takePart(disk0(world), 2, { rank }, { startAt })),
      );
      for (const { value } of starts as PromiseFulfilledResult<{ trueMs: number }>[]) {
        // What is due then is made ready in the time before it.
        expect(value.trueMs).toBeGreaterThanOrEqual(atMs - READY_MS);
        expect(value.trueMs).toBeLessThan(atMs + 1000);
      }
    }
  });

  test('do not take for theirs what an earlier run left', async () => {
    const world = new World();
    const on = disk0(world);
    const leave = (rank: number, state: RankFile['state']) =>
      on.files.set(
        `${rank}.json`,
        JSON.stringify({
          ...{ rank, of: 2, word: 'old', host: 'h', pid: 1, state, beat: 9 },
          atEpochMs: EPOCH_MS - 1e6,
          why: 'something',
        }),
      );
    leave(0, 'failed');
    leave(1, 'ready');
    on.files.set('start.json', JSON.stringify({ words: ['old', 'old'], startEpochMs: EPOCH_MS }));
    const starts = await world.run(
      [0, 1].map((rank) => takePart(on, 2, { rank, comesMs: rank * 4000 })),
    );
    expect(messagesOf(starts)).toEqual(['started', 'started']);
    expect((starts[0] as PromiseFulfilledResult<{ trueMs: number }>).value.trueMs).toBeGreaterThan(
      4000,
    );
  });
});

describe('no rank starts, and all say why, where', () => {
  test.each<[string, Member[], number, RegExp]>([
    ['some do not come', [{ rank: 0 }, { rank: 2 }], 4, /ranks 1 and 3 did not come within 20 s/],
    [
      'one does not become ready',
      [{ rank: 0 }, { rank: 1, loadsMs: 60_000 }],
      2,
      /rank 1 did not become ready within 20 s/,
    ],
    [
      'one fails before',
      [{ rank: 0 }, { rank: 1, loadsMs: 500, fails: 'no tokenizer' }, { rank: 2 }],
      3,
      /rank 1 \(process 101 on host1\) failed before the start: no tokenizer|^no tokenizer$/,
    ],
    [
      'rank 0 fails',
      [{ rank: 0, loadsMs: 500, fails: 'no engine' }, { rank: 1 }],
      2,
      /rank 0 \(process 100 on host0\) failed before the start: no engine|^no engine$/,
    ],
    [
      'one would play something else',
      [{ rank: 0 }, { rank: 1, digest: 'other' }],
      2,
      /rank . \(process 10. on host.\) would play something else than rank . /,
    ],
    [
      'a rank is there twice',
      [{ rank: 0, loadsMs: 3000 }, { rank: 1 }, { rank: 1, word: 'again', comesMs: 100 }],
      2,
      /rank 1 is there twice|rank 1 .* failed before the start: .*rank 1 is there twice/,
    ],
  ])('%s', async (_name, members, of, problem) => {
    const world = new World();
    const on = disk0(world);
    const results = await world.run(members.map((member) => takePart(on, of, member)));
    for (const message of messagesOf(results)) expect(message).toMatch(problem);
  });
});

describe('after the start rank 0 waits for the others', () => {
  test('until each is over, failed, or silent', async () => {
    const world = new World();
    const on = disk0(world);
    // Rank 3 is killed: from then on it writes no more.
    const { files } = on;
    files.set = (name, text) =>
      name === '3.json' && world.nowMs > 20_000 ? files : Map.prototype.set.call(files, name, text);
    const played = async (rank: number): Promise<unknown> => {
      const { meeting } = await takePart(on, 4, { rank });
      if (rank === 0) return meeting.others();
      await world.wait(10_000 * rank);
      return rank === 3 ? undefined : meeting.end(rank === 2 ? 'it broke' : undefined);
    };
    const results = await world.run([0, 1, 2, 3].map(played));
    const ends = (results[0] as PromiseFulfilledResult<unknown>).value;
    expect(ends).toEqual([
      { rank: 1 },
      { rank: 2, trouble: 'rank 2 (process 102 on host2) failed: it broke' },
      { rank: 3, trouble: 'rank 3 (process 103 on host3) has said nothing for 30 s' },
    ]);
  });
});

function disk0(world: World): Disk {
  const known = disks.get(world) ?? disk(world);
  disks.set(world, known);
  return known;
}

/** One a world. */
const disks = new WeakMap<World, Disk>();
