import type { RunPart } from '../../record/journal-reader.ts';
import type { Run } from '../../record/run-folder.ts';
import { type Server, serverOf, type WatchedPart } from '../../server/server.ts';
import { hasOwnEngine } from '../engine-cache.ts';
import { scenarioOf } from '../identity.ts';
import { partitionOf } from '../partitions.ts';

/** Pages are read once a run, for its numbers and for its figures. */
const known = new WeakMap<Run, Server | { readonly isNone: true }>();

/** What the server told of a run; undefined: there is no page of an engine that is known. */
export function serverOfRun(run: Run): Server | undefined {
  let server = known.get(run);
  if (!server) {
    const hasPages = run.parts.some(({ enginePages }) => enginePages);
    const found = hasPages ? serverOf(run.parts.map(watchedPart), isShareOfRun(run)) : undefined;
    known.set(run, (server = found ?? { isNone: true }));
  }
  return 'isNone' in server ? undefined : server;
}

function watchedPart(part: RunPart): WatchedPart {
  const { originEpochMs } = part.header;
  const url = hasOwnEngine(part) ? undefined : (scenarioOf(part)?.target.url ?? 'unknown');
  const server = url ?? `embedded ${partitionOf(part)?.index ?? 0}`;
  return { part, url, server, originEpochMs, pages: part.enginePages };
}

/** Other partitions of the run are not here, and may have asked the same server. */
function isShareOfRun({ parts }: Run): boolean {
  const shares = parts.flatMap((part) => (hasOwnEngine(part) ? [] : (partitionOf(part) ?? [])));
  return new Set(shares.map(({ index }) => index)).size < (shares[0]?.of ?? 0);
}
