import { UsageError } from '../../base/errors.ts';
import type { EngineOptions } from '../../scenario/engine.ts';
import type { OffloadOptions, TierOptions } from '../../scenario/offload.ts';
import type { OffloadSettings } from './offload.ts';
import { PRESETS, type PresetSettings } from './offload-presets.ts';
import {
  capacityProblems,
  presetProblems,
  roomProblems,
  shapeProblems,
} from './offload-problems.ts';
import { MEDIA, type Medium } from './offload-stats.ts';
import type { TierSettings } from './tier.ts';
import type { OffloadShape } from './writes.ts';

/** What tiers are built from, beside the scenario. */
export interface GpuMemory {
  readonly blocks: number;
  readonly blockTokens: number;
  readonly kvBytesPerToken: number;
  /** Between the GPU and pinned host memory, one way at a time, GB/s. */
  readonly hostReadGBps: number;
  readonly hostWriteGBps: number;
  /** Before the first byte of such a copy; default: none. */
  readonly hostLatencyMs?: number | undefined;
  /** Copies of one direction wait for each other; default: they share the link. */
  readonly transfersInTurn?: boolean | undefined;
}

/** NVMe of PCIe generation 4 (BLIS's device table), and 100 Gbit/s Ethernet at 80 % of its rate. */
const LINKS = {
  disk: { readGBps: 7, writeGBps: 5, latencyMs: 0.08 },
  remote: { readGBps: 10, writeGBps: 10, latencyMs: 0.5 },
} as const;

/**
 * The tiers that the options ask for, or undefined for none.
 * @throws UsageError for options that contradict each other, all of them at once.
 */
export function offloadSettings(
  { offload: options, prefixCaching }: Pick<EngineOptions, 'offload' | 'prefixCaching'>,
  gpu: GpuMemory,
): OffloadSettings | undefined {
  if (options.preset === 'none') return undefined;
  const { preset: name, ...rest } = options;
  if (name === undefined) {
    refuse(presetProblems(rest));
    return undefined;
  }
  if (!prefixCaching) {
    throw new UsageError(
      'engine.prefixCaching: found false with engine.offload; expected true: tiers hold what the prefix cache knows',
    );
  }
  const preset = PRESETS[name];
  const chunkTokens = options.chunkTokens ?? preset.chunkTokens ?? gpu.blockTokens;
  const settings = {
    shape: {
      blockTokens: gpu.blockTokens,
      chunkTokens,
      chunkBlocks: chunkTokens / gpu.blockTokens,
      chunkBytes: chunkTokens * gpu.kvBytesPerToken,
    },
    inclusive: options.inclusive ?? preset.inclusive,
    promptOnly: options.promptOnly ?? (options.inclusive === false ? false : preset.promptOnly),
    storeThreshold: options.storeThreshold ?? preset.storeThreshold,
  };
  const given = withDefaultHost(options, preset, gpu);
  refuse([...shapeProblems(settings), ...capacityProblems(name, given)]);
  const tiers = MEDIA.filter((medium) => given[medium]).map((medium) =>
    tierSettings(medium, given[medium]!, { shape: settings.shape, gpu }),
  );
  refuse(roomProblems({ ...settings, tiers }));
  return { ...settings, tiers };
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new UsageError([...problems]);
}

function withDefaultHost(
  options: OffloadOptions,
  { hostRatio }: PresetSettings,
  gpu: GpuMemory,
): OffloadOptions {
  const cpu = options.cpu ?? {};
  const hasCapacity = cpu.blocks !== undefined || cpu.capacityGB !== undefined;
  if (hostRatio === undefined || hasCapacity) return options;
  return { ...options, cpu: { ...cpu, blocks: hostRatio * gpu.blocks } };
}

function tierSettings(
  medium: Medium,
  options: TierOptions,
  { shape, gpu }: { readonly shape: OffloadShape; readonly gpu: GpuMemory },
): TierSettings {
  const { capacityGB, blocks } = options;
  const defaults =
    medium === 'cpu'
      ? {
          readGBps: gpu.hostReadGBps,
          writeGBps: gpu.hostWriteGBps,
          latencyMs: gpu.hostLatencyMs ?? 0,
        }
      : LINKS[medium];
  const latencyMs = options.latencyMs ?? defaults.latencyMs;
  const isInTurn = medium === 'cpu' && gpu.transfersInTurn;
  const chunks =
    capacityGB === undefined
      ? (blocks! * shape.blockTokens) / shape.chunkTokens
      : (capacityGB * 1e9) / shape.chunkBytes;
  return {
    medium,
    chunks: Math.floor(chunks),
    read: { bytesPerMs: (options.readGBps ?? defaults.readGBps) * 1e6, latencyMs, isInTurn },
    write: { bytesPerMs: (options.writeGBps ?? defaults.writeGBps) * 1e6, latencyMs, isInTurn },
  };
}
