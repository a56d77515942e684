import { UsageError } from '../base/errors.ts';
import { withoutUrlSecrets } from '../base/secret.ts';

/** Where an OpenAI-style server answers: an origin and absolute paths on it. */
export interface Endpoint {
  /** Scheme, host and port, without a path. */
  readonly origin: string;
  readonly chat: string;
  readonly completions: string;
  readonly models: string;
  readonly version: string;
  readonly health: string;
  readonly metrics: string;
}

const ACCEPTED = 'expected a base URL such as http://127.0.0.1:8000 or https://host/prefix/v1';
const OPERATION = /\/(chat\/)?completions$/;

/**
 * The paths behind a base URL: with or without /v1, trailing slashes, a path prefix, or the full path of
 * an operation. `/v1` is added where the URL names neither it nor an operation.
 * @throws UsageError for anything that is not plain http(s)://host[:port][/path].
 */
export function endpoint(url: string): Endpoint {
  const { origin, pathname } = parseBase(url);
  const path = pathname.replace(/\/+$/, '');
  const isOperation = OPERATION.test(path);
  const stem = path.replace(OPERATION, '');
  const api = isOperation || stem.endsWith('/v1') ? stem : `${stem}/v1`;
  const root = api.replace(/\/v1$/, '');
  return {
    origin,
    chat: `${api}/chat/completions`,
    completions: `${api}/completions`,
    models: `${api}/models`,
    version: `${root}/version`,
    health: `${root}/health`,
    metrics: `${root}/metrics`,
  };
}

function parseBase(url: string): URL {
  if (!/^https?:\/\//i.test(url)) {
    const hint = /^[\w.-]+(:\d+)?(\/|$)/.test(url) ? `; did you mean http://${url}?` : '';
    throw new UsageError(`target.url: found '${withoutCredentials(url)}'; ${ACCEPTED}${hint}`);
  }
  if (!URL.canParse(url)) {
    throw new UsageError(`target.url: found '${withoutCredentials(url)}'; ${ACCEPTED}`);
  }
  const base = new URL(url);
  if (base.username || base.password) {
    throw new UsageError(
      `target.url: found credentials before ${base.host}; put them into target.headers or target.apiKeyEnv`,
    );
  }
  if (base.search || base.hash) {
    throw new UsageError(
      `target.url: found '${withoutUrlSecrets(`${base.search}${base.hash}`)}' after the path; ${ACCEPTED}`,
    );
  }
  return base;
}

/** A password must not reach a terminal, however wrong the URL around it is. */
function withoutCredentials(url: string): string {
  return withoutUrlSecrets(url.replace(/[^/\s]*@/, '***@'));
}
