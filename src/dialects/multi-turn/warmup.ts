import { UsageError } from '../../base/errors.ts';

/**
 * `--warmup-percentages`: "0%,50%" or "0, 50", as shares in ascending order.
 * @throws UsageError naming what was found.
 */
export function warmupShares(text: string): number[] {
  const shares = text.split(',').map((part) => share(part, text));
  return shares.sort((a, b) => a - b);
}

function share(part: string, text: string): number {
  const digits = part.trim().replace(/\s*%$/, '');
  const percent = Number(digits);
  if (digits !== '' && percent >= 0 && percent < 100) return percent / 100;
  throw new UsageError(
    `--warmup-percentages: found '${part.trim()}' in '${text}'; ` +
      "expected percentages from 0 to below 100, separated by commas, as '0%,50%'",
  );
}
