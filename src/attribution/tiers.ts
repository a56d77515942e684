import type { TurnRecord } from '../record/record.ts';
import { type Distances, tokensWithin } from './distances.ts';
import type { TimedRequest } from './timed-request.ts';

/** Where it is known from which tokens came from below the GPU. */
export type ExternalFrom =
  /** The server says so of each request. */
  | 'told'
  /** It tells the cached tokens alone: what lay deeper than the GPU's own blocks came from below it. */
  | 'distance'
  /** Nothing says that there is anything below it. */
  | 'none';

/**
 * Requests with what they found by where it came from. `gpuBlocks`: of a server that says that it has tiers below the
 * GPU, the blocks that this one has.
 */
export function withTiers(
  requests: readonly TimedRequest[],
  distances: ReadonlyMap<TurnRecord, Distances>,
  gpuBlocks: number | undefined,
): { readonly requests: readonly TimedRequest[]; readonly externalFrom: ExternalFrom } {
  if (requests.some(({ externalTokens }) => externalTokens !== undefined)) {
    return { requests, externalFrom: 'told' };
  }
  if (gpuBlocks === undefined) return { requests: requests.map(allLocal), externalFrom: 'none' };
  return {
    requests: requests.map((request) => split(request, distances.get(request.record), gpuBlocks)),
    externalFrom: 'distance',
  };
}

function allLocal(request: TimedRequest): TimedRequest {
  const { cachedTokens } = request.record;
  return cachedTokens === undefined ? request : { ...request, localTokens: cachedTokens };
}

function split(
  request: TimedRequest,
  distances: Distances | undefined,
  gpuBlocks: number,
): TimedRequest {
  const { cachedTokens } = request.record;
  if (cachedTokens === undefined || !distances) return request;
  const localTokens = Math.min(cachedTokens, tokensWithin(distances, gpuBlocks));
  return { ...request, localTokens, externalTokens: cachedTokens - localTokens };
}
