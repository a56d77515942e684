import { z } from 'zod';
import type { Certification, ErrorSpread, GeneratorHealth, ProbeErrors } from '../record/record.ts';
import { type ClientVerdict, JUDGES } from '../report/verdict.ts';
import type { LateSummary } from '../stats/time/late-windows.ts';
import type { LoopDelay } from '../stats/time/loop-delays.ts';
import { count, number, object, share } from './summary-fields.ts';

const health = object<GeneratorHealth>({
  eventLoopDelayP50Ms: number(),
  eventLoopDelayP99Ms: number(),
  eventLoopDelayMaxMs: number(),
  eventLoopUtilization: share('of the time that the event loop was busy'),
  cpuShare: number(),
});

const spread = object<ErrorSpread>({ p50: number(), p90: number(), p99: number(), max: number() });

const probes = object<ProbeErrors>({
  streams: count('probes at the same time'),
  probes: count('that had an answer'),
  failed: count('that had none'),
  ttftMs: spread.describe('measured less true'),
  gapMs: spread.optional().describe('of the gap between two chunks, without its sign'),
  sendLatenessMs: spread.describe('from due to sent, on a connection that was open'),
});

const certification = object<Certification>({
  before: probes.optional().describe('at the concurrency of the run, before it'),
  during: probes.optional().describe('one a second, beside the run'),
});

export const client = object<ClientVerdict>({
  isBottleneck: z.boolean().describe('the client was part of what was measured'),
  problems: z.array(z.string()).describe('one for each limit that was exceeded'),
  delayP99Ms: number('from ready to sent; the lateness, where ready is unknown').optional(),
  judgedBy: z
    .enum(JUDGES)
    .optional()
    .describe('the highest percentile that there are enough requests for: the one with the limit'),
  delayMs: number('that percentile').optional(),
  health: health.optional().describe('the worst of the parts; absent in virtual time'),
  certification: certification
    .optional()
    .describe('own error by probes, the worst of the parts; absent without --certify'),
  late: object<LateSummary>({
    windows: count(),
    totalMs: number(),
    longestMs: number(),
    share: share('of the measured time'),
  })
    .optional()
    .describe('when the event loop stood still, or probes were off; absent: never'),
  loopDelays: z
    .array(
      object<LoopDelay>({
        startMs: number('of the stretch, on the timeline that all parts share'),
        endMs: number(),
        maxMs: number('the longest that the event loop stood still in it'),
      }),
    )
    .optional()
    .describe('over the measured time; absent in virtual time'),
});
