import { aibrixRecord, aibrixRequests } from '../export/aibrix.ts';
import type { Run } from '../record/run-folder.ts';
import { scenarioOf } from '../report/identity.ts';
import { analysed } from './aibrix-records.ts';
import type { AnalysedRequest } from './request.ts';

/** The requests of a run folder: those that its export `aibrix` has. */
export function runRequests(run: Run): AnalysedRequest[] {
  const isStreamed = scenarioOf(run.parts[0]!)?.target.stream ?? true;
  return aibrixRequests(run).map(({ request, id }) =>
    analysed({ ...aibrixRecord(request, id, isStreamed) }),
  );
}
