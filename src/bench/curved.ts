import { PrefixReuse } from '../cache/prefix-reuse.ts';
import { cacheCurve } from '../curve/curve.ts';
import { traceSource } from '../curve/from-trace.ts';
import type { CurveRequest } from '../curve/request.ts';
import { answerParent, settingsOfChild } from './child.ts';
import { total } from './measure.ts';

export interface Curved {
  readonly cpuSec: number;
  readonly peakMB: number;
  readonly references: number;
  readonly distinct: number;
}

const settings = settingsOfChild<{ file: string; blockTokens: number }>();

/** What the curve of a trace costs, from its first byte to the result. */
async function whole(): Promise<Curved> {
  const { file, blockTokens } = settings;
  const before = process.cpuUsage();
  const source = await traceSource(file, { blockTokens });
  const { reuse, distinctBlocks } = await cacheCurve(source, {
    warmupShare: 0,
    engineBlockTokens: 16,
  });
  return {
    cpuSec: total(process.cpuUsage(before)) / 1e6,
    peakMB: process.resourceUsage().maxRSS / 1024,
    references: reuse.blocks,
    distinct: distinctBlocks,
  };
}

/** Seconds of CPU for the hits of all capacities, of requests that are read already. */
async function alone(): Promise<number> {
  const { file, blockTokens } = settings;
  const source = await traceSource(file, { blockTokens });
  const requests: CurveRequest[] = [];
  await source.play(() => ({ add: (request: CurveRequest) => void requests.push(request) }));
  const before = process.cpuUsage();
  const options = { blockTokens, engineBlockTokens: 16, referencesMax: 0 };
  const reuse = new PrefixReuse(options);
  for (const request of requests) reuse.add(request);
  reuse.close();
  return total(process.cpuUsage(before)) / 1e6;
}

answerParent({ whole, alone });
