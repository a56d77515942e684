import type { RunReferences } from '../ledger/run-references.ts';
import { type InferredCapacity, inferFrom } from './infer.ts';
import { servedBy } from './references.ts';

/** Of a run whose engine has one cache, the GPU's. */
export function inferCapacity(references: RunReferences): InferredCapacity | undefined {
  return inferFrom(servedBy(references), references);
}
