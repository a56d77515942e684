import type { Observer } from './observer.ts';
import type { Scrape, Target } from './target.ts';

/** What the server says of itself is written down, so it is to say nothing of the key that it was given. */
export function discreet(target: Target, strike: (text: string) => string): Target {
  return {
    ...target,
    model: strike(target.model),
    description: strike(target.description),
    scrape: then(target.scrape, strike),
    otherPages: new Map(
      [...(target.otherPages ?? [])].map(([url, scrape]) => [url, then(scrape, strike)]),
    ),
  };
}

function then(scrape: Scrape, change: (page: string) => string): Scrape {
  return async (secMax) => {
    const page = await scrape(secMax);
    return page === undefined ? undefined : change(page);
  };
}

/** All pages by their URL, the target's own under none; the observer is shown each. */
export function scrapesOf(
  { scrape, otherPages = new Map() }: Target,
  { scraped }: Observer,
): Map<string | undefined, Scrape> {
  const all = new Map<string | undefined, Scrape>([[undefined, scrape], ...otherPages]);
  if (!scraped) return all;
  const shown = [...all].map(([source, one]): [string | undefined, Scrape] => [
    source,
    then(one, (page) => {
      scraped(page, source);
      return page;
    }),
  ]);
  return new Map(shown);
}
