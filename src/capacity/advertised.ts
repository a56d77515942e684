import type { Run } from '../record/run-folder.ts';
import { capacityTold, type ToldCapacity } from '../server/told-capacity.ts';

/** undefined: there is no page, none says so, or several engines say different things. */
export function advertisedIn({ parts }: Run, blockTokens: number): ToldCapacity | undefined {
  const told = parts.flatMap(({ enginePages }) => {
    const one = enginePages && capacityTold(enginePages.first.text, blockTokens);
    return one ? [one] : [];
  });
  const [first] = told;
  return told.every(({ blocks }) => blocks === first!.blocks) ? first : undefined;
}
