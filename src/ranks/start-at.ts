import { durationIn } from '../base/duration.ts';

/** When a run is to start: at a time of the day, or so long after it could. */
export type StartAt =
  | { readonly epochMs: number; readonly afterMs?: undefined }
  | { readonly afterMs: number; readonly epochMs?: undefined };

/** What is accepted, for errors and help. */
export const START_AT_EXAMPLES = '2026-12-01T09:00:00Z, or +30s';

/**
 * An instant as ISO 8601 has it, with its zone, as machines may lie in several; or `+30`, `+30s`, `+2m` from when all
 * is ready. undefined: it is neither.
 */
export function parseStartAt(text: string): StartAt | undefined {
  const given = text.trim();
  if (given.startsWith('+')) {
    const rest = given.slice(1).trim();
    const sec = durationIn('sec', rest) ?? (/^\d+(\.\d+)?$/.test(rest) ? Number(rest) : undefined);
    return sec === undefined ? undefined : { afterMs: sec * 1000 };
  }
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(given)) return undefined;
  const epochMs = Date.parse(given);
  return Number.isNaN(epochMs) ? undefined : { epochMs };
}
