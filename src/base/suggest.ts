import { distance } from 'fastest-levenshtein';

/** More slips of the finger than these make another word. */
const SLIPS_MAX = 3;
const SLIPS_SHARE = 0.4;
const NAMED_MAX = 3;

/** What of these may have been meant, nearest first: case, hyphens and underscores are no difference. */
export function nearest(word: string, known: Iterable<string>): string[] {
  const meant = plain(word);
  const most = Math.min(SLIPS_MAX, Math.floor(meant.length * SLIPS_SHARE));
  const near = [...new Set(known)]
    .map((name) => ({ name, slips: distance(meant, plain(name)) }))
    .filter(({ slips }) => slips <= most);
  const least = Math.min(...near.map(({ slips }) => slips));
  return near.filter(({ slips }) => slips === least).map(({ name }) => name);
}

/** ` (did you mean a or b?)`, to stand behind what was found; empty if nothing is near it. */
export function didYouMean(names: readonly string[]): string {
  if (names.length === 0) return '';
  const [last, ...others] = names.slice(0, NAMED_MAX).reverse();
  const list = others.length ? `${others.reverse().join(', ')} or ${last}` : last;
  return ` (did you mean ${list}?)`;
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[-_\s]/g, '');
}
