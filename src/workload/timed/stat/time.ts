/** `2024-10-1 00:00:00`, with or without zeros before, a fraction, `T`, `Z` or an offset. */
const WRITTEN =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?)?\s*(Z|UTC|([+-])(\d{2}):?(\d{2}))?$/i;

/** Epochs from here on are of milliseconds: in seconds it would be the year 5138. */
const MILLISECONDS_MIN = 1e11;

/** Milliseconds since 1970, of a time without a zone as if it were UTC; undefined for what is none. */
export function timeMsOf(text: string): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) {
    const epoch = Number(text);
    return epoch >= MILLISECONDS_MIN ? epoch : epoch * 1000;
  }
  const match = WRITTEN.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0)) as [number, number, number, number, number, number];
  const [, , , , , , , , sign, zoneHours = 0, zoneMinutes = 0] = match;
  const isReal = month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour < 24 && minute < 60;
  if (!isReal || second >= 61) return undefined;
  const zoneMs = (Number(zoneHours) * 60 + Number(zoneMinutes)) * 60_000;
  return (
    Date.UTC(year, month - 1, day, hour, minute) +
    Math.round(second * 1000) -
    (sign === '-' ? -zoneMs : zoneMs)
  );
}
