import { kvBytesPerToken } from '../../engine/cost/kv-bytes.ts';
import { PROFILE_BLOCK_TOKENS } from '../../engine/cost/kv-capacity.ts';
import { LLAMA_31_8B } from '../../engine/cost/model-config.ts';
import type { Estimate } from './fit.ts';
import type { Limit } from './limits.ts';
import type { LoadCost } from './load.ts';
import type { Probed } from './probe.ts';

/** Where a profile's constants come from. */
export interface Provenance {
  readonly date: string;
  readonly confab: string;
  readonly server: string;
  readonly version: string | undefined;
  readonly digest: string;
  readonly requests: number;
}

/** Llama-3.1-8B's, where nobody told: without tiers nothing depends on it. */
const KV_BYTES_ASSUMED = kvBytesPerToken(LLAMA_31_8B);
/** PCIe 4.0 x16, where nothing was loaded. */
const GBPS_ASSUMED = 22;
const BLOCKS_ASSUMED = 27_000;

/** A constant of the profile with the interval that it has, and whether it was measured at all. */
export interface ProfileConstant {
  readonly name: string;
  readonly unit: string;
  readonly says: string;
  readonly value: number;
  /** undefined: it is assumed, or told. */
  readonly estimate: Estimate | undefined;
  readonly how:
    | 'fitted'
    | 'told'
    | 'counted'
    | 'assumed'
    | 'in hostMs'
    | 'hidden'
    | 'not determined';
}

export function profileConstants(probed: Probed, load: LoadCost | undefined): ProfileConstant[] {
  const { constants, limits, tier } = probed;
  const fitted = (
    name: keyof typeof constants.values,
    unit: string,
    says: string,
  ): ProfileConstant => {
    const estimate = constants.estimates[name];
    const isHidden = constants.stepping.without.includes(name);
    const how = estimate ? 'fitted' : isHidden ? 'hidden' : 'not determined';
    return { name, unit, says, value: constants.values[name], estimate, how };
  };
  const kvBytes = tier?.bytesPerToken;
  const kvBytesPerToken = Math.round(kvBytes ?? KV_BYTES_ASSUMED);
  const read = load && gbps(load.tokenUs, kvBytesPerToken);
  return [
    fitted('weightsMs', 'ms', 'linear layers of few tokens'),
    fitted('tokenUs', 'us', 'linear layers, a token of many'),
    fitted('headMs', 'ms', 'output layer'),
    {
      name: 'attentionLaunchMs',
      unit: 'ms',
      says: 'launching attention',
      value: 0,
      estimate: undefined,
      how: 'in hostMs',
    },
    fitted('contextTokenUs', 'us', 'decode, a token of context'),
    fitted('pairNs', 'ns', 'prefill, a query and a key'),
    fitted('hostMs', 'ms', 'host, a step'),
    fitted('apiMs', 'ms', 'HTTP, tokenizing, IPC, a request'),
    fitted('promptTokenUs', 'us', 'the same, a token of the prompt'),
    fitted('decodeRowUs', 'us', 'decode, a row'),
    fitted('mixedFactor', '', 'decode attention beside a prompt'),
    ...(constants.stepping.name === 'in turn'
      ? []
      : [fitted('eagerLaunchMs', 'ms', 'launching a step that no graph has')]),
    {
      name: 'blocks',
      unit: '',
      says: `KV blocks of ${PROFILE_BLOCK_TOKENS} tokens on the GPU`,
      ...blocksOf(limits.blocks, limits.blockTokens?.value ?? PROFILE_BLOCK_TOKENS),
    },
    {
      ...{ name: 'kvBytesPerToken', unit: '', says: 'KV bytes of a token', value: kvBytesPerToken },
      ...{ estimate: undefined, how: kvBytes === undefined ? 'assumed' : 'counted' },
    },
    {
      ...{ name: 'hostReadGBps', unit: 'GB/s', says: 'loading from below the GPU' },
      ...(read
        ? { value: read.value, estimate: read, how: 'fitted' as const }
        : { value: GBPS_ASSUMED, estimate: undefined, how: 'assumed' as const }),
    },
    {
      ...{ name: 'hostWriteGBps', unit: 'GB/s', says: 'storing there', estimate: undefined },
      ...(tier?.writeGBps !== undefined
        ? { value: tier.writeGBps, how: 'counted' as const }
        : { value: read?.value ?? GBPS_ASSUMED, how: 'assumed' as const }),
    },
    ...(load
      ? [
          {
            ...{ name: 'hostLatencyMs', unit: 'ms', says: 'a load, however little' },
            ...{ value: load.fixedMs.value, estimate: load.fixedMs, how: 'fitted' as const },
          },
        ]
      : []),
  ];
}

/** Bytes a microsecond are MB/s. */
function gbps({ value, low, high }: Estimate, bytes: number): Estimate | undefined {
  if (!(value > 0)) return undefined;
  return {
    value: bytes / value / 1e3,
    low: bytes / high / 1e3,
    high: low > 0 ? bytes / low / 1e3 : Infinity,
  };
}

function blocksOf(
  limit: Limit | undefined,
  blockTokens: number,
): Pick<ProfileConstant, 'value' | 'estimate' | 'how'> {
  const inUnits = (blocks: number) =>
    Math.max(2, Math.floor((blocks * blockTokens) / PROFILE_BLOCK_TOKENS));
  if (!limit || !(limit.low > 1))
    return { value: BLOCKS_ASSUMED, estimate: undefined, how: 'assumed' };
  const value = inUnits(limit.value ?? limit.low);
  if (limit.how === 'told') return { value, estimate: undefined, how: 'told' };
  const high = Number.isFinite(limit.high) ? inUnits(limit.high) : Infinity;
  return { value, estimate: { value, low: inUnits(limit.low), high }, how: 'fitted' };
}

/** What `engine.gpu: engine.json` plays: constants, how the server is set up, and where it comes from. */
export function profileJson(
  probed: Probed,
  constants: readonly ProfileConstant[],
  provenance: Provenance,
  more: Readonly<Record<string, number>> = {},
) {
  const { date, confab, server, version, digest, requests } = provenance;
  const intervals = constants.flatMap(({ name, estimate }) =>
    estimate && Number.isFinite(estimate.high)
      ? [[name, [rounded(estimate.low), rounded(estimate.high)]]]
      : [],
  );
  const undetermined = constants.filter(({ how }) => how === 'assumed' || how === 'not determined');
  return {
    description: `${server}, calibrated ${date.slice(0, 10)}`,
    ...Object.fromEntries(constants.map(({ name, value }) => [name, rounded(value)])),
    ...probed.constants.stepping.profile,
    engine: settingsOf(probed),
    calibration: {
      by: 'probes',
      ...{ date, confab, server },
      ...(version !== undefined && { version }),
      ...{ digest, requests },
      intervals: Object.fromEntries(intervals),
      correlations: probed.constants.correlations,
      undetermined: undetermined.map(({ name }) => name),
      residuals: { ...residualsOf(probed), ...more },
    },
  };
}

function rounded(value: number): number {
  return Number(value.toPrecision(6));
}

function settingsOf({ limits, cache, tier }: Probed) {
  const { blockTokens, maxBatchedTokens, maxSeqs, maxModelTokens, tierBlocks } = limits;
  const known = (name: string, limit: Limit | undefined) =>
    limit?.value === undefined ? {} : { [name]: limit.value };
  const capacity = tierBlocks?.value ?? tierBlocks?.low;
  return {
    ...known('blockTokens', blockTokens),
    ...(cache.isCaching !== undefined && { prefixCaching: cache.isCaching }),
    ...known('maxBatchedTokens', maxBatchedTokens),
    ...known('maxSeqs', maxSeqs),
    ...known('maxModelTokens', maxModelTokens),
    ...(tier?.hasTier && capacity
      ? { offload: { preset: 'vllm', cpu: { blocks: capacity } } }
      : {}),
  };
}

/** Relative errors in the mean and at the worst, by kind of probe. */
function residualsOf({ constants: { residuals } }: Probed): Record<string, number> {
  const kinds = [...new Set(residuals.map(({ kind }) => kind))];
  return Object.fromEntries(
    kinds.flatMap((kind) => {
      const errors = residuals
        .filter((one) => one.kind === kind)
        .map(({ ms, predictedMs }) => Math.abs(predictedMs - ms) / ms);
      const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
      return [
        [`${kind}.mean`, rounded(mean)],
        [`${kind}.max`, rounded(Math.max(...errors))],
      ];
    }),
  );
}
