import { UsageError } from '../../base/errors.ts';
import type { EngineOptions } from '../../scenario/engine.ts';
import type { OffloadOptions, TierOptions } from '../../scenario/offload.ts';
import type { OffloadSettings } from './offload.ts';
import type { Medium } from './offload-stats.ts';
import type { TierSettings } from './tier.ts';

/** What tiers are built from, beside the scenario. */
export interface GpuMemory {
  readonly blocks: number;
  readonly blockTokens: number;
  readonly kvBytesPerToken: number;
  /** Between the GPU and pinned host memory, one way at a time, GB/s. */
  readonly hostReadGBps: number;
  readonly hostWriteGBps: number;
}

type Preset = Exclude<OffloadOptions['preset'], 'none' | undefined>;

interface PresetSettings {
  /** undefined: the GPU's block. */
  readonly chunkTokens: number | undefined;
  readonly inclusive: boolean;
  readonly promptOnly: boolean;
  readonly storeThreshold: number;
  /** Capacity of the host tier where none is given, in multiples of the GPU's. */
  readonly hostRatio: number | undefined;
}

/**
 * What the engines do by default: vLLM's OffloadingConnector (`offload_prompt_only`), LMCache
 * (`chunk_size` 256, `save_decode_cache` off), SGLang's HiCache (`--hicache-ratio 2`, write_through; give
 * its page size as engine.blockTokens).
 */
const PRESETS: Readonly<Record<Preset, PresetSettings>> = {
  vllm: {
    chunkTokens: undefined,
    inclusive: true,
    promptOnly: true,
    storeThreshold: 1,
    hostRatio: undefined,
  },
  lmcache: {
    chunkTokens: 256,
    inclusive: true,
    promptOnly: true,
    storeThreshold: 1,
    hostRatio: undefined,
  },
  hicache: {
    chunkTokens: undefined,
    inclusive: true,
    promptOnly: false,
    storeThreshold: 1,
    hostRatio: 2,
  },
};

/** NVMe of PCIe generation 4 (BLIS's device table), and 100 Gbit/s Ethernet at 80 % of its rate. */
const LINKS = {
  disk: { readGBps: 7, writeGBps: 5, latencyMs: 0.08 },
  remote: { readGBps: 10, writeGBps: 10, latencyMs: 0.5 },
} as const;

const MEDIA: readonly Medium[] = ['cpu', 'disk', 'remote'];

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
    refuse(
      Object.entries(rest)
        .filter(([, value]) => value !== undefined)
        .map(
          ([field]) =>
            `engine.offload.${field}: found without engine.offload.preset; expected a preset beside it: ${Object.keys(PRESETS).join(', ')}, or none`,
        ),
    );
    return undefined;
  }
  if (!prefixCaching) {
    throw new UsageError(
      'engine.prefixCaching: found false with engine.offload; expected true: tiers hold what the prefix cache knows',
    );
  }
  const preset = PRESETS[name];
  const chunkTokens = options.chunkTokens ?? preset.chunkTokens ?? gpu.blockTokens;
  const chunkBytes = chunkTokens * gpu.kvBytesPerToken;
  const settings = {
    shape: {
      blockTokens: gpu.blockTokens,
      chunkTokens,
      chunkBlocks: chunkTokens / gpu.blockTokens,
      chunkBytes,
    },
    inclusive: options.inclusive ?? preset.inclusive,
    promptOnly: options.promptOnly ?? (options.inclusive === false ? false : preset.promptOnly),
    storeThreshold: options.storeThreshold ?? preset.storeThreshold,
  };
  const given = withDefaultHost(options, preset, gpu);
  refuse([...problemsOf(settings, gpu), ...capacityProblems(name, given)]);
  const tiers = MEDIA.filter((medium) => given[medium]).map((medium) =>
    tierSettings(medium, given[medium]!, { gpu, chunkTokens, chunkBytes }),
  );
  refuse(
    tiers
      .filter(({ chunks }) => chunks < 1)
      .map(
        ({ medium }) =>
          `engine.offload.${medium}: found room for no chunk; expected at least ${(chunkBytes / 1e9).toFixed(3)} GB, one chunk of ${chunkTokens} tokens`,
      ),
  );
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
  const cpu = options.cpu ?? (hostRatio === undefined ? undefined : {});
  if (!cpu || hostRatio === undefined) return options;
  if (cpu.blocks !== undefined || cpu.capacityGB !== undefined) return options;
  return { ...options, cpu: { ...cpu, blocks: hostRatio * gpu.blocks } };
}

function problemsOf(
  { shape, inclusive, promptOnly, storeThreshold }: Omit<OffloadSettings, 'tiers'>,
  { blockTokens }: GpuMemory,
): string[] {
  const { chunkTokens } = shape;
  const problems: string[] = [];
  if (chunkTokens % blockTokens !== 0) {
    problems.push(
      `engine.offload.chunkTokens: found ${chunkTokens}; expected a multiple of engine.blockTokens, ${blockTokens}`,
    );
  }
  if (inclusive) return problems;
  if (chunkTokens !== blockTokens) {
    problems.push(
      `engine.offload.chunkTokens: found ${chunkTokens}; expected ${blockTokens}, the GPU's block, where tiers are exclusive: blocks are evicted one by one`,
    );
  }
  if (promptOnly) {
    problems.push(
      'engine.offload.promptOnly: found true; expected false where tiers are exclusive: whatever is evicted moves down',
    );
  }
  if (storeThreshold > 1) {
    problems.push(
      `engine.offload.storeThreshold: found ${storeThreshold}; expected 1 where tiers are exclusive`,
    );
  }
  return problems;
}

function capacityProblems(preset: Preset, options: OffloadOptions): string[] {
  const given = MEDIA.filter((medium) => options[medium]);
  if (given.length === 0) {
    return [
      `engine.offload: found preset '${preset}' without a tier; expected cpu, disk or remote with capacityGB or blocks`,
    ];
  }
  return given.flatMap((medium) => {
    const { capacityGB, blocks } = options[medium]!;
    const field = `engine.offload.${medium}`;
    if (capacityGB === undefined && blocks === undefined) {
      return [`${field}: found no capacity; expected capacityGB or blocks`];
    }
    if (capacityGB !== undefined && blocks !== undefined) {
      return [`${field}: found capacityGB and blocks; expected one of them`];
    }
    return [];
  });
}

interface Sizes {
  readonly gpu: GpuMemory;
  readonly chunkTokens: number;
  readonly chunkBytes: number;
}

function tierSettings(medium: Medium, options: TierOptions, sizes: Sizes): TierSettings {
  const { gpu, chunkTokens, chunkBytes } = sizes;
  const { capacityGB, blocks } = options;
  const defaults =
    medium === 'cpu'
      ? { readGBps: gpu.hostReadGBps, writeGBps: gpu.hostWriteGBps, latencyMs: 0 }
      : LINKS[medium];
  const latencyMs = options.latencyMs ?? defaults.latencyMs;
  const chunks =
    capacityGB === undefined
      ? (blocks! * gpu.blockTokens) / chunkTokens
      : (capacityGB * 1e9) / chunkBytes;
  return {
    medium,
    chunks: Math.floor(chunks),
    read: { bytesPerMs: (options.readGBps ?? defaults.readGBps) * 1e6, latencyMs },
    write: { bytesPerMs: (options.writeGBps ?? defaults.writeGBps) * 1e6, latencyMs },
  };
}
