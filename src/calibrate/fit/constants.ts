import type { Profile } from '../../engine/cost/profile.ts';

/** A constant that runs can determine: by how much it is varied, how far it may go, and which engines it matters to. */
export interface FittedConstant {
  readonly unit: string;
  readonly says: string;
  /** What counts as a large change of it: an interval wider than that says nothing. */
  readonly scale: (value: number) => number;
  readonly min: number;
  readonly max: number;
  readonly isOf?: (profile: Profile, hasTiers: boolean) => boolean;
}

const relative = (value: number): number => Math.max(1e-9, value);
const atLeast = (least: number) => (value: number) => Math.max(least, value);
const isAhead = ({ asyncScheduling }: Profile): boolean => asyncScheduling === true;
const ANY = 1e9;

/** In the order in which they are told. Those that no run tells apart from another are not in it. */
export const FITTED = {
  weightsMs: {
    ...{ unit: 'ms', says: 'a step of few tokens', scale: relative, min: 1e-3, max: ANY },
  },
  tokenUs: {
    ...{ unit: 'us', says: 'linear layers, a token of many', scale: relative, min: 1e-3, max: ANY },
  },
  contextTokenUs: {
    ...{ unit: 'us', says: 'decode, a token of context', scale: atLeast(0.02), min: 0, max: ANY },
  },
  decodeRowUs: { unit: 'us', says: 'decode, a row', scale: atLeast(50), min: 0, max: 5000 },
  pairNs: {
    ...{ unit: 'ns', says: 'prefill, a query and a key', scale: atLeast(0.5), min: 0, max: ANY },
  },
  mixedFactor: {
    ...{
      unit: '',
      says: 'decode attention beside a prefill chunk',
      scale: () => 1,
      min: 1,
      max: 4,
    },
  },
  eagerLaunchMs: {
    ...{ unit: 'ms', says: 'launch of a step without a CUDA graph', scale: atLeast(5), min: 0 },
    ...{ max: 1000, isOf: isAhead },
  },
  apiMs: {
    ...{ unit: 'ms', says: 'API of a request', scale: atLeast(5), min: 0, max: 1000 },
  },
  apiSerialMs: {
    ...{ unit: 'ms', says: 'the same, one after the other', scale: atLeast(5), min: 0, max: 1000 },
    isOf: isAhead,
  },
  apiReadShare: {
    ...{ unit: '', says: 'of that, what is done when a request comes in', scale: () => 0.3 },
    ...{
      min: 0.01,
      max: 1,
      isOf: (profile: Profile) => isAhead(profile) && !!profile.apiReadShare,
    },
  },
  promptTokenUs: {
    ...{
      unit: 'us',
      says: 'the same, a token of the prompt',
      scale: atLeast(2),
      min: 0,
      max: 1000,
    },
    isOf: isAhead,
  },
  chunkUs: {
    ...{ unit: 'us', says: 'the API, a streamed token', scale: atLeast(50), min: 0, max: 5000 },
    isOf: isAhead,
  },
  storeTokenUs: {
    ...{ unit: 'us', says: 'handing a token of a prompt to the tiers', scale: atLeast(2) },
    ...{ min: 0, max: 1000, isOf: (_: Profile, hasTiers: boolean) => hasTiers },
  },
  hostReadGBps: {
    ...{ unit: 'GB/s', says: 'loading from host memory', scale: relative, min: 0.1, max: 2000 },
    isOf: (_: Profile, hasTiers: boolean) => hasTiers,
  },
} satisfies Readonly<Partial<Record<keyof Profile, FittedConstant>>>;

export type FittedName = keyof typeof FITTED;

/** Those that such an engine has. */
export function fittedNames(profile: Profile, hasTiers: boolean): FittedName[] {
  return (Object.keys(FITTED) as FittedName[]).filter((name) => {
    const { isOf }: FittedConstant = FITTED[name];
    return isOf?.(profile, hasTiers) ?? true;
  });
}
