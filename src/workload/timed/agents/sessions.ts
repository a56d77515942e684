import { stream } from '../../../base/random.ts';
import type { Corpus } from '../../text/corpus.ts';
import { userMarks } from '../../text/user-mark.ts';
import type { WorkloadEntry } from '../entry.ts';
import { mergedEntries } from '../merged-entries.ts';
import type { AgentConfig } from './config.ts';
import { nodeNames } from './names.ts';
import { agentSession } from './session.ts';

/**
 * All sessions in order of time: they begin at exponential gaps of at least a millisecond, and what happens
 * at one time is one entry. Only those that may still be under way are in memory.
 */
export async function* agentSessions(
  config: AgentConfig,
  corpus: Corpus,
): AsyncGenerator<WorkloadEntry> {
  const { seed } = config;
  const nameOf = nodeNames(seed);
  const gaps = stream(seed, 'agent arrivals');
  const markOf = userMarks(seed, corpus.leadWords);
  let waiting: WorkloadEntry[] = [];
  let beginMs = 0;
  for (let index = 0; index < config.sessions; index++) {
    const gapMs = Math.round((-Math.log(1 - gaps()) * 1000) / config.sessionsPerSec);
    beginMs += Math.max(1, gapMs);
    const rng = stream(seed, 'agent session', index);
    const world = { config, corpus, nameOf, rng, mark: markOf(index) };
    waiting = mergedEntries([waiting, agentSession(world, beginMs)]);
    // Whatever comes later begins later still.
    const done = waiting.findIndex(({ timestamp }) => timestamp > beginMs);
    yield* waiting.splice(0, done);
  }
  yield* waiting;
}
