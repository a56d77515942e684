import type { DistributionName } from '../stats/distributions.ts';
import type { RunSummary } from './run-summary.ts';
import type { Table } from './section.ts';
import { distributionTable } from './table.ts';

const PER_REQUEST_LEGEND = `  Of completed requests only: failures are counted above. Lateness and generator delay: of all that
  were sent. A '-' is unknown.
  Times count from sent, or from intended: when the turn was due, which is what a user would wait.
  TTFT: to the first token, reasoning included. TTFO: to the first that is not reasoning.
  TPOT: (latency - TTFT) / (output tokens - 1). ITL: (last - first chunk) / (output tokens - 1).
  ICL: gaps between chunks, pooled. Lateness: sent - intended. Generator delay: this client's part of it.
  Percentiles are exact, interpolated linearly; std is the sample's.`;

const ENGINE_LEGEND = `  Engine queue: until the engine scheduled the request. Engine prefill: from there to its first token.
  Both as the engine says, by its own clock: the rest of the TTFT is this client, the network and the API.`;

export function perRequestLegend({ distributions }: RunSummary): string {
  const isTold = distributions.engineQueueMs ?? distributions.enginePrefillMs;
  return isTold ? `${PER_REQUEST_LEGEND}\n${ENGINE_LEGEND}` : PER_REQUEST_LEGEND;
}

const ROWS: readonly (readonly [name: DistributionName, label: string, isCount?: boolean])[] = [
  ['ttftMs', 'TTFT ms'],
  ['ttftFromIntendedMs', 'TTFT from intended ms'],
  ['engineQueueMs', 'engine queue ms'],
  ['enginePrefillMs', 'engine prefill ms'],
  ['ttfoMs', 'TTFO ms'],
  ['tpotMs', 'TPOT ms'],
  ['itlMs', 'ITL ms'],
  ['iclMs', 'ICL ms'],
  ['latencyMs', 'latency ms'],
  ['latencyFromIntendedMs', 'latency from intended ms'],
  ['latenessMs', 'lateness ms'],
  ['generatorDelayMs', 'generator delay ms'],
  ['inputTokens', 'input tokens', true],
  ['cachedTokens', 'cached tokens', true],
  ['outputTokens', 'output tokens', true],
];

/** What only some engines tell. */
const TOLD: ReadonlySet<DistributionName> = new Set(['engineQueueMs', 'enginePrefillMs']);

export function perRequestTable({ distributions, conversations, hasReasoning }: RunSummary): Table {
  const shown = ROWS.filter(([name]) => {
    if (name === 'ttfoMs') return hasReasoning;
    return !TOLD.has(name) || distributions[name] !== undefined;
  });
  return distributionTable([
    ...shown.map(([name, label, isCount = false]) => ({
      label,
      values: distributions[name],
      isCount,
    })),
    { label: 'turns per conversation', values: conversations.turnsDone, isCount: true },
  ]);
}
