import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { SystemClock } from '../../base/clock.ts';
import { EXIT, errorText, UsageError } from '../../base/errors.ts';
import { makeFolder } from '../../base/make-folder.ts';
import { isProcessGone } from '../../base/process-gone.ts';
import type { Ready, Resumed } from '../../play/play.ts';
import type { Played } from '../../play/played.ts';
import { digestOfRun } from '../../ranks/digest.ts';
import { Meeting, type RankEnd } from '../../ranks/meeting.ts';
import { meetingFolder, type RankFile } from '../../ranks/rank-file.ts';
import { recordLostShares } from '../../ranks/record-lost.ts';
import { hasJournal, MEETING_FOLDER, rankFolder } from '../../record/rank-folders.ts';
import type { CommonStart } from '../../record/record.ts';
import { partitionText } from '../../report/partitions.ts';
import type { Partition } from '../../scenario/population.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { playOnConsole, presentFolder } from '../play.ts';
import { listenForInterrupts } from '../terminal/interrupts.ts';
import { exitCodeOf, presentProblems } from '../terminal/present.ts';
import { say } from '../terminal/stderr.ts';
import type { RankFlags } from './flags.ts';
import { timeText, warnIfLate } from './start.ts';

export interface RankPlay {
  /** The folder that all ranks share. */
  readonly shared: string;
  readonly scenario: Scenario;
  readonly flags: RankFlags;
  readonly shown: {
    readonly apiKey?: string | undefined;
    readonly isQuiet?: boolean | undefined;
    readonly isJson?: boolean | undefined;
    readonly isWide?: boolean | undefined;
  };
  /** What is left of this rank's share; 'nothing': all of it has been played. */
  readonly resumed?: Resumed | { readonly nothingLeft: string };
}

/**
 * Plays one rank of a run: meets the others, plays its share into its own folder, and says that it is over. Rank 0
 * then waits for all others, records what those that are gone had still to send, and makes the report of all.
 */
export async function playRank(options: RankPlay): Promise<void> {
  const { shared, scenario } = options;
  const share = shareOf(scenario);
  const dir = rankFolder(shared, share.index);
  if (!options.resumed) refuseUsed(dir);
  const clock = new SystemClock();
  const meeting = await meet(options, share, clock);
  let played: Played | undefined;
  try {
    played = await playShare(options, { dir, clock, meeting, share });
    await meeting.end();
  } catch (error) {
    await meeting.end(errorText(error));
    // Of a run that never began nothing is kept.
    if (!hasJournal(dir)) rmSync(dir, { recursive: true, force: true });
    throw error;
  }
  if (share.index > 0) endFurther(played, dir, share);
  else await endAll(options, await othersOf(meeting, share), played);
}

function shareOf({ population }: Scenario): Partition {
  const { partition } = population;
  if (partition) return partition;
  throw new UsageError(
    '--rendezvous: found no partition; expected --partition auto, or --partition I/N, to say which rank this is',
  );
}

function refuseUsed(dir: string): void {
  if (!hasJournal(dir)) return;
  throw new UsageError(
    `--rendezvous: found an earlier run in ${dir}; expected a new folder, or --resume to go on with that run`,
  );
}

async function meet(
  { shared, flags }: RankPlay,
  share: Partition,
  clock: SystemClock,
): Promise<Meeting> {
  const path = join(shared, MEETING_FOLDER);
  try {
    makeFolder(path);
  } catch (error) {
    throw new UsageError(`--rendezvous: cannot make ${path}: ${errorText(error)}`);
  }
  const host = hostname();
  const meeting = new Meeting({
    ...{ clock, share },
    folder: meetingFolder(path, () => clock.originEpochMs + clock.now()),
    own: { word: randomUUID(), host, pid: process.pid },
    timeoutMs: (flags.rendezvousTimeout ?? 0) * 1000,
    startAt: flags.startAt,
    isGone: (file: RankFile) => file.host === host && isProcessGone(file.pid),
  });
  await meeting.come();
  return meeting;
}

interface Place {
  readonly dir: string;
  readonly clock: SystemClock;
  readonly meeting: Meeting;
  readonly share: Partition;
}

/** undefined: nothing was left to play. */
async function playShare(
  { scenario, shown, resumed }: RankPlay,
  { dir, clock, meeting, share }: Place,
): Promise<Played | undefined> {
  const isFirst = share.index === 0;
  if (resumed && 'nothingLeft' in resumed) {
    await meeting.start(digestOfRun(scenario, resumed.nothingLeft));
    return undefined;
  }
  const start = async ({ scenario, workload, givenUp }: Ready): Promise<CommonStart> => {
    if (isFirst && !shown.isQuiet) say(`ready; waiting for ${share.of} ranks`);
    const found = await meeting.start(digestOfRun(scenario, workload.digest), givenUp);
    if (isFirst && !shown.isQuiet) {
      say(`all ${share.of} ranks are there: began at ${timeText(found.epochMs)}`);
    }
    warnIfLate(found.lateMs);
    return found;
  };
  // What is written beside the run is written of all ranks together.
  const own = { ...scenario, output: { ...scenario.output, exports: [] } };
  return playOnConsole({
    ...{ scenario: own, clock, start, resumed },
    apiKey: shown.apiKey,
    isQuiet: shown.isQuiet || !isFirst,
    folder: dir,
  });
}

/** Whether limits were kept is for rank 0 to say, which knows all. */
function endFurther(played: Played | undefined, dir: string, share: Partition): void {
  if (!played) return;
  presentProblems({ ...played, exceeded: [] });
  say(
    `rank ${partitionText(share)}: ${played.summary.counts.planned} requests are recorded in ${dir}; rank 0 makes the report`,
  );
  const isOwnFailure = played.outcome !== 'failed' || played.problems.length > 0;
  if (isOwnFailure) process.exitCode = exitCodeOf(played);
}

async function othersOf(meeting: Meeting, { of }: Partition): Promise<RankEnd[]> {
  const interrupts = listenForInterrupts();
  const { givenUp } = interrupts;
  givenUp.addEventListener('abort', () => say('not waiting for the other ranks any more'));
  say(`waiting for the other ${of === 2 ? 'rank' : `${of - 1} ranks`} to end`);
  try {
    return await meeting.others(givenUp);
  } finally {
    interrupts.stop();
  }
}

async function endAll(
  { shared, scenario, shown }: RankPlay,
  ends: readonly RankEnd[],
  own: Played | undefined,
): Promise<void> {
  const troubles = ends.flatMap(({ trouble }) => trouble ?? []);
  for (const trouble of troubles) say(`error: ${trouble}`);
  for (const line of await recordLostShares(shared)) say(`warning: ${line}`);
  await presentFolder(shared, scenario, shown);
  if (own?.outcome === 'interrupted') process.exitCode = EXIT.interrupted;
  if (troubles.length && !process.exitCode) process.exitCode = EXIT.thresholdFailed;
}
