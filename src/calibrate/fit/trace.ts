import { VirtualClock } from '../../base/clock.ts';
import { UsageError } from '../../base/errors.ts';
import { stream } from '../../base/random.ts';
import { Engine } from '../../engine/engine.ts';
import { engineSchema } from '../../scenario/engine.ts';
import { parseScenario } from '../../scenario/load.ts';
import { type Override, withOverrides } from '../../scenario/overrides.ts';
import type { TraceEntry } from '../../workload/traces/format.ts';
import { TRACE_FORMATS } from '../../workload/traces/formats/formats.ts';
import { readTrace } from '../../workload/traces/read-trace.ts';
import { playedAgain, type SentRequest } from './again.ts';
import { type Observed, type Replay, type Times, timesOf } from './replay.ts';

/** Whatever an answer is made of: what it says costs nothing. */
const WORDS = Array.from({ length: 64 }, (_, i) => ({ id: i + 1, text: ` w${i}` }));
const ID_MAX = 2 ** 30;

/**
 * A trace that says when each request came and how long it took, to be played at its times with its counts of tokens;
 * the text of two requests is alike as far as the trace says so. Requests that did not say how long they took are load.
 * @throws UsageError for a trace without times of arrival, or that tells no request's time
 */
export async function replayOfTrace(file: string, settings: readonly Override[]): Promise<Replay> {
  const scenario = parseScenario(withOverrides({ conversation: trace(file) }, settings), file);
  const read = await readTrace(scenario.conversation.trace!, scenario.seed, TRACE_FORMATS);
  const requests = read.entries
    .flatMap((entry, key) => requestOf(entry, key, read.blockTokens))
    .sort((a, b) => a.startMs - b.startMs);
  const observed = requests.flatMap(({ seen }) => (seen ? [seen] : []));
  if (observed.length === 0) {
    throw new UsageError(
      `${file}: no request says both when it came and how long it took; expected a run folder, or a trace that does`,
    );
  }
  const { engine } = scenario;
  const options = engineSchema.parse({ ...engine, apiMs: undefined });
  return {
    name: file,
    observed,
    notes: ['its requests are played at the times and with the tokens that it says'],
    engine: options,
    async play(profile) {
      const clock = new VirtualClock();
      const serving = new Engine(clock, options, WORDS, { profile: { ...profile, apiMs: 0 } });
      return playedAgain(requests, serving, clock);
    },
  };
}

function trace(file: string): object {
  return { source: 'trace', trace: { file } };
}

interface Request extends SentRequest {
  readonly seen: Observed | undefined;
}

function requestOf(entry: TraceEntry, key: number, blockTokens: number): Request[] {
  const { atMs, inputTokens, outputTokens, apiMs, ttftMs } = entry;
  if (atMs === undefined || !inputTokens || !outputTokens) return [];
  const promptTokens = tokensOf(entry, key, inputTokens, blockTokens);
  const times: Times =
    apiMs === undefined || ttftMs === undefined
      ? { latencyMs: apiMs, ttftMs }
      : timesOf(0, ttftMs, apiMs, outputTokens);
  const isSeen = apiMs !== undefined || ttftMs !== undefined;
  const seen = isSeen ? { key, startMs: atMs, inputTokens, ...times } : undefined;
  const request = { promptTokens, maxTokens: outputTokens, ignoreEos: true };
  return [{ key, startMs: atMs, request, seen }];
}

/** Blocks of one name have the same tokens; what has none, tokens of its own. */
function tokensOf(
  { hashIds = [] }: TraceEntry,
  key: number,
  inputTokens: number,
  blockTokens: number,
): Int32Array {
  const tokens = new Int32Array(inputTokens);
  const fill = (from: number, to: number, name: string): void => {
    const draw = stream('trace', name);
    for (let i = from; i < to; i++) tokens[i] = 100 + Math.floor(draw() * ID_MAX);
  };
  const named = Math.min(inputTokens, hashIds.length * blockTokens);
  hashIds.forEach((id, i) => {
    fill(i * blockTokens, Math.min(named, (i + 1) * blockTokens), `block ${id}`);
  });
  fill(named, inputTokens, `request ${key}`);
  return tokens;
}
