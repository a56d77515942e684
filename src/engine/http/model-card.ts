import { createHash } from 'node:crypto';
import type { EngineFleet } from '../engine.ts';

/** The served model, as /v1/models shows it: vLLM's `ModelCard`, with the permissions that nobody reads. */
export function modelJson({ options: { model }, clock, lengthLimit }: EngineFleet): object {
  const created = Math.floor(clock.originEpochMs / 1000);
  return {
    ...{ id: model, object: 'model', created, owned_by: 'vllm', root: model, parent: null },
    max_model_len: lengthLimit,
    permission: [
      {
        id: `modelperm-${createHash('sha256').update(model).digest('hex').slice(0, 16)}`,
        ...{ object: 'model_permission', created, allow_create_engine: false },
        ...{ allow_sampling: true, allow_logprobs: true, allow_search_indices: false },
        ...{ allow_view: true, allow_fine_tuning: false },
        ...{ organization: '*', group: null, is_blocking: false },
      },
    ],
  };
}
