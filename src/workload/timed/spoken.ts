import type { WorkloadEntry, WorkloadRequest } from './entry.ts';
import type { Plan } from './planned.ts';
import type { Prompts } from './prompts.ts';

export interface SpokenPlan {
  readonly entries: AsyncGenerator<WorkloadEntry>;
  /** Of the requests planned, those that there was nothing to say in: known when the entries have ended. */
  unsaid(): number;
}

/** The plan with its texts: requests of one time are one entry. It ends when there is nothing left to say. */
export function spoken(plan: Plan, prompts: Prompts): SpokenPlan {
  let unsaid = 0;
  async function* entries(): AsyncGenerator<WorkloadEntry> {
    let timestamp: number | undefined;
    let requests: WorkloadRequest[] = [];
    for await (const planned of plan) {
      const request = unsaid > 0 ? undefined : prompts.next(planned);
      if (!request) {
        unsaid++;
        continue;
      }
      if (timestamp !== undefined && planned.atMs !== timestamp) {
        yield { timestamp, requests };
        requests = [];
      }
      timestamp = planned.atMs;
      requests.push(request);
    }
    if (timestamp !== undefined) yield { timestamp, requests };
  }
  return { entries: entries(), unsaid: () => unsaid };
}
