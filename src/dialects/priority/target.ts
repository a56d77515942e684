import { UsageError } from '../../base/errors.ts';
import type { ScenarioInput } from '../../scenario/schema.ts';

/** APIs by the paths that vLLM's scripts name. */
const APIS = { '/chat/completions': 'chat', '/completions': 'completions' } as const;

export const API_PATHS = { completions: '/v1/completions', chat: '/v1/chat/completions' } as const;

/**
 * Where requests go, and how a prompt is sent there: as it is, or as the message of a chat.
 * @param base without the endpoint; `embedded` is the engine that is built in
 * @throws UsageError for an endpoint of another API.
 */
export function studyTarget(base: string, endpoint: string): NonNullable<ScenarioInput['target']> {
  const end = Object.keys(APIS).find((one) => endpoint.endsWith(one)) as keyof typeof APIS;
  if (end === undefined) {
    throw new UsageError(
      `--endpoint: found ${endpoint}; expected a path that ends in /completions or /chat/completions`,
    );
  }
  const prefix = endpoint.slice(0, -end.length).replace(/\/v1$/, '').replace(/\/+$/, '');
  const api = APIS[end];
  return {
    url: base === 'embedded' ? base : `${base.replace(/\/+$/, '')}${prefix}`,
    api,
    ...(api === 'completions' && { promptForm: 'plain' as const }),
  };
}
