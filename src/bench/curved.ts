import { cacheCurve } from '../curve/curve.ts';
import { traceSource } from '../curve/from-trace.ts';
import { answerParent, settingsOfChild } from './child.ts';

export interface Curved {
  readonly cpuSec: number;
  readonly peakMB: number;
  readonly references: number;
  readonly distinct: number;
}

/** What the curve of a trace costs, from its first byte to the result. */
async function whole(): Promise<Curved> {
  const { file, blockTokens } = settingsOfChild<{ file: string; blockTokens: number }>();
  const before = process.cpuUsage();
  const source = await traceSource(file, { blockTokens });
  const { reuse, distinctBlocks } = await cacheCurve(source, {
    warmupShare: 0,
    engineBlockTokens: 16,
  });
  const { user, system } = process.cpuUsage(before);
  return {
    cpuSec: (user + system) / 1e6,
    peakMB: process.resourceUsage().maxRSS / 1024,
    references: reuse.blocks,
    distinct: distinctBlocks,
  };
}

answerParent({ whole });
