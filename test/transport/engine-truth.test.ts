import { expect, onTestFinished, test } from 'vitest';
import type { Clock } from '../../src/base/clock.ts';
import { SystemClock, VirtualClock } from '../../src/base/clock.ts';
import { startServer } from '../../src/engine/http/server.ts';
import type { MeteredFleet } from '../../src/engine/metrics/metered.ts';
import { PromptBuilder } from '../../src/engine/prompt/prompt-builder.ts';
import type { EngineOptions } from '../../src/scenario/engine.ts';
import { samplingSchema } from '../../src/scenario/target.ts';
import { localTransport } from '../../src/transport/local.ts';
import type { Usage } from '../../src/transport/transport.ts';
import { fleetOf, optionsOf, wordTokenizer } from '../support/engine-rig.ts';
import { exchange, request, transportTo } from './http-rig.ts';
import { Recorder } from './recorder.ts';

const asking = { ...request, maxTokens: 5, minTokens: 5 };

function enginesOn(clock: Clock, options: Partial<EngineOptions>): MeteredFleet {
  return fleetOf(clock, optionsOf({ model: 'm', apiMs: 0, blockTokens: 1, ...options }));
}

/** The usage of two equal requests, the second of which finds the first in the cache. */
async function overHttp(options: Partial<EngineOptions>, stream: boolean): Promise<Usage[]> {
  const engines = enginesOn(new SystemClock(), { reportTiers: true, ...options });
  const server = await startServer(engines, { prompts: new PromptBuilder(wordTokenizer()) });
  onTestFinished(() => server.close());
  const transport = transportTo(`${server.url}/v1`, { stream });
  const first = await exchange(transport, asking);
  return [first, await exchange(transport, asking)].map(({ end }) => end!.usage!);
}

function within(options: Partial<EngineOptions>): Usage[] {
  const clock = new VirtualClock();
  const transport = localTransport(enginesOn(clock, options).serving, {
    ...{ prompts: new PromptBuilder(wordTokenizer()), api: 'chat' },
    sampling: samplingSchema.parse({}),
  });
  return [0, 1].map(() => {
    const recorder = new Recorder();
    transport.send(asking, recorder);
    clock.run();
    return recorder.end!.usage!;
  });
}

const TIMES = ['queueMs', 'prefillMs'] as const;
/** Those of the answer itself, which nobody tells himself in the same process. */
const OWN_TIMES = ['generationMs', 'meanItlMs', 'tokensPerSec'] as const;

/**
 * Times are real on one side and simulated on the other: that they were told is compared. What was written to
 * the cache follows from the rest, and is told over HTTP alone.
 */
function withoutTimes(usage: Usage): unknown {
  const told = TIMES.filter((name) => usage[name] !== undefined && usage[name] >= 0);
  const times = Object.fromEntries(told.map((name) => [name, 'told']));
  const untold = [...OWN_TIMES, 'createdCacheTokens'].map((name) => [name, undefined]);
  return { ...usage, ...times, ...Object.fromEntries(untold) };
}

test.each<[string, Partial<EngineOptions>, boolean]>([
  ['everything, streamed', {}, true],
  ['everything, in one document', {}, false],
  ['no cached tokens', { reportCached: false }, true],
  ['no request metrics', { reportRequestMetrics: false }, true],
])('the engine tells the same over HTTP as in the same process: %s', async (_, options, stream) => {
  const usages = await overHttp(options, stream);
  for (const usage of usages) {
    const told = OWN_TIMES.filter((name) => usage[name]! > 0);
    expect(told).toEqual(options.reportRequestMetrics === false ? [] : OWN_TIMES);
  }
  const http = usages.map(withoutTimes);
  expect(http).toEqual(within(options).map(withoutTimes));
  const cached = { cachedTokens: 5, localCachedTokens: 5, externalCachedTokens: 0 };
  expect(http[1]).toEqual({
    ...{ inputTokens: 6, outputTokens: 5 },
    ...(options.reportCached !== false && cached),
    ...(options.reportRequestMetrics !== false && { queueMs: 'told', prefillMs: 'told' }),
  });
});
