import type { ServerSummary } from '../../server/server.ts';
import type { CounterSummary } from '../../server/told-by.ts';
import { measure } from '../number.ts';
import { type Field, field } from '../section.ts';

/** What went down from the GPU and came back, and how fast: transfer times added up, as they may overlap. */
export function transferFields({ counters }: ServerSummary): Field[] {
  const { storedBytes, storeSec, storedTokens, loadedBytes, loadSec, loadedTokens } = counters;
  const isUsed = [storedBytes, loadedBytes, storedTokens, loadedTokens].some((one) => one?.total);
  if (!isUsed) return [];
  return [
    ...transferField('stored', storedBytes, storedTokens, storeSec),
    ...transferField('loaded', loadedBytes, loadedTokens, loadSec),
  ];
}

function transferField(
  label: string,
  bytes: CounterSummary | undefined,
  tokens: CounterSummary | undefined,
  sec: CounterSummary | undefined,
): Field[] {
  if (!bytes && !tokens) return [];
  const what = bytes ? gigabytes(bytes.total) : `${measure(tokens!.total)} tokens`;
  const speed = (total: number) =>
    bytes
      ? `${measure(bytes.total / 1e9 / total)} GB/s`
      : `${measure(tokens!.total / total)} tokens/s`;
  const total = sec?.total ?? 0;
  return [
    field(label, total > 0 ? `${what} in ${measure(total)} s of transfers: ${speed(total)}` : what),
  ];
}

export function gigabytes(bytes: number): string {
  return `${measure(bytes / 1e9)} GB`;
}
