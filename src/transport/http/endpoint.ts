import { UsageError } from '../../base/errors.ts';
import { withoutUrlSecrets } from '../../base/secret.ts';

/** Where an OpenAI-style server answers: an origin and absolute paths on it, with the query that the URL had. */
export interface Endpoint {
  /** Scheme, host and port, without a path. */
  readonly origin: string;
  readonly chat: string;
  readonly completions: string;
  readonly models: string;
  readonly version: string;
  readonly health: string;
  readonly metrics: string;
  readonly startProfile: string;
  readonly stopProfile: string;
}

const ACCEPTED = 'expected a base URL such as http://127.0.0.1:8000 or https://host/prefix/v1';
const OPERATION = /\/(chat\/)?completions$/;
/** Azure's: the operations are below a deployment, without a version in the path. */
const DEPLOYMENT = /\/deployments\/[^/]+$/;

/** Operations of APIs that are not spoken here, by the end of their path. */
const OTHER_APIS: readonly (readonly [path: RegExp, api: string])[] = [
  [/\/responses$/, "OpenAI's Responses API"],
  [/\/messages$/, "Anthropic's Messages API"],
  [/\/api\/(chat|generate)$/, "Ollama's own API"],
  [/\/generate(_stream)?$/, 'an API of one prompt'],
  [/:(stream)?generateContent$/i, "Gemini's API"],
  [/\/(embeddings|rerank|score)$/, 'an API without answers'],
];

/**
 * The paths behind a base URL: with or without /v1, trailing slashes, a path prefix, or the full path of
 * an operation. `/v1` is added where the URL names neither it, nor an operation, nor a deployment. A query
 * is kept on every path, as Azure's `?api-version=` has to be.
 * @throws UsageError for anything that is not plain http(s)://host[:port][/path][?query], and for another API.
 */
export function endpoint(url: string): Endpoint {
  const { origin, pathname, search } = parseBase(url);
  const path = pathname.replace(/\/+$/, '');
  refuseOtherApi(url, path);
  const isOperation = OPERATION.test(path);
  const stem = path.replace(OPERATION, '');
  const isApi = isOperation || stem.endsWith('/v1') || DEPLOYMENT.test(stem);
  const api = isApi ? stem : `${stem}/v1`;
  const root = api.replace(/\/v1$/, '');
  return {
    origin,
    chat: `${api}/chat/completions${search}`,
    completions: `${api}/completions${search}`,
    models: `${api}/models${search}`,
    version: `${root}/version${search}`,
    health: `${root}/health${search}`,
    metrics: `${root}/metrics${search}`,
    startProfile: `${root}/start_profile${search}`,
    stopProfile: `${root}/stop_profile${search}`,
  };
}

function refuseOtherApi(url: string, path: string): void {
  const [, api] = OTHER_APIS.find(([end]) => end.test(path)) ?? [];
  if (api === undefined) return;
  throw new UsageError(
    `target.url: found '${withoutCredentials(url)}', ${api}, which is not supported; expected the base URL of a server with /v1/chat/completions or /v1/completions`,
  );
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
  if (base.hash) {
    throw new UsageError(
      `target.url: found '${withoutUrlSecrets(base.hash)}' at the end, which no server gets to see; ${ACCEPTED}`,
    );
  }
  return base;
}

/** A password must not reach a terminal, however wrong the URL around it is. */
function withoutCredentials(url: string): string {
  return withoutUrlSecrets(url.replace(/[^/\s]*@/, '***@'));
}
