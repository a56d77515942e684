import type { Scenario } from '../scenario/schema.ts';
import type { Workload } from '../workload/conversation.ts';
import { marked } from '../workload/marked.ts';

/** How requests are kept from finding in the engine's cache what others had put there. */
export type Isolation = 'none' | 'salt' | 'marker';

/** Under which salt, or behind which line. */
export interface IsolatedBy {
  readonly how: Isolation;
  readonly mark: string;
}

interface Load {
  readonly scenario: Scenario;
  readonly workload: Workload;
}

const ISOLATED: { readonly [How in Isolation]: (load: Load, mark: string) => Load } = {
  none: (load) => load,
  salt: ({ scenario, workload }, mark) => ({ scenario: salted(scenario, mark), workload }),
  marker: ({ scenario, workload }, mark) => ({
    scenario,
    workload: marked(workload, () => `[${mark}]\n`),
  }),
};

/** What is played, kept apart so from all that does not have this mark. */
export function isolated(load: Load, by: IsolatedBy | undefined): Load {
  return by ? ISOLATED[by.how](load, by.mark) : load;
}

/** The mark of a part of a run that is to find nothing of the parts before it; 0 is the first. */
export function markOfPart(part: number): string {
  return `part ${part + 1}`;
}

/** With this salt behind the one that was asked for. */
function salted({ sampling, ...scenario }: Scenario, mark: string): Scenario {
  const cacheSalt = `${sampling.cacheSalt ?? ''}${mark.replaceAll(' ', '-')}`;
  return { ...scenario, sampling: { ...sampling, cacheSalt } };
}
