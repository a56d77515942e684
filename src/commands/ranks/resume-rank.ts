import { UsageError } from '../../base/errors.ts';
import type { Resumed } from '../../play/play.ts';
import { continuationOf } from '../../play/resume.ts';
import { hasJournal, rankFolder, rankFoldersIn } from '../../record/rank-folders.ts';
import { readRun } from '../../record/run-folder.ts';
import { lockRun } from '../../record/run-lock.ts';
import { partitionOf, partitionText } from '../../report/partitions.ts';
import type { Isolation } from '../../run/isolation.ts';
import type { Partition } from '../../scenario/population.ts';
import type { Flag } from '../flags/flag-table.ts';
import { overridesOf, type ScenarioFlags } from '../scenario/scenario-of.ts';
import { say } from '../terminal/stderr.ts';
import type { RankFlags } from './flags.ts';
import { playRank, type RankPlay } from './play-rank.ts';

interface ResumeRank {
  readonly flags: ScenarioFlags &
    RankFlags & { readonly partition?: Partition; readonly isolate?: Isolation };
  readonly rows: readonly Flag[];
  readonly shown: RankPlay['shown'];
}

/** Goes on with one rank of a run whose ranks share this folder: each of them is started again, as it was at first. */
export async function resumeRank(
  shared: string,
  { flags, rows, shown }: ResumeRank,
): Promise<void> {
  const { partition: share } = flags;
  if (!share) {
    throw new UsageError(
      `--resume ${shared}: found the folders of several ranks; expected --partition auto, or --partition I/N, in each of as many processes as had played it`,
    );
  }
  const dir = rankFolder(shared, share.index);
  const played = rankFoldersIn(shared).filter((one) => hasJournal(one.dir));
  const ownIsThere = played.some(({ rank }) => rank === share.index);
  const from = ownIsThere ? dir : played[0]?.dir;
  if (from === undefined) throw new UsageError(`--resume ${shared}: found no journal of any rank`);
  refuseOther(shared, from, share);
  const lock = ownIsThere ? lockRun(dir) : undefined;
  if (lock?.notice !== undefined) say(lock.notice);
  try {
    const { scenario, before, isolatedBy, isComplete, warnings } = continuationOf(
      from,
      await overridesOf(rows, flags),
    );
    for (const warning of ownIsThere ? warnings : []) say(`warning: ${warning}`);
    const own: Resumed = { dir, before, isolate: flags.isolate ?? 'none', isolatedBy };
    const digest = readRun(from).parts[0]!.header.workloadDigest;
    const resumed = !ownIsThere ? undefined : isComplete ? { nothingLeft: digest } : own;
    await playRank({ shared, scenario, flags, shown, ...(resumed && { resumed }) });
  } finally {
    lock?.release();
  }
}

function refuseOther(shared: string, from: string, share: Partition): void {
  const of = partitionOf(readRun(from).parts[0]!)?.of;
  if (of === share.of) return;
  throw new UsageError(
    `--resume ${shared}: found a run of ${of} ranks, and this is ${partitionText(share)}; expected as many as it was begun with`,
  );
}
