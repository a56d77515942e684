import { UsageError } from '../base/errors.ts';
import { isObject } from '../base/json.ts';
import {
  isStruckUrl,
  REDACTED,
  redacted,
  redactedHeaders,
  urlSecrets,
  withoutUrlSecrets,
} from '../base/secret.ts';

interface Dressed {
  readonly url?: string | undefined;
  readonly metricsUrls?: readonly string[] | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: Readonly<Record<string, unknown>> | undefined;
}

/** The scenario as it may be written down: values of headers and body fields that look like secrets are left out. */
export function withoutSecrets<S extends { readonly target?: Dressed | undefined }>(
  scenario: S,
): S {
  const { target } = scenario;
  if (!target) return scenario;
  const { url, metricsUrls, headers, body } = target;
  const shown = {
    ...target,
    ...(url !== undefined && { url: withoutUrlSecrets(url) }),
    ...(metricsUrls && { metricsUrls: metricsUrls.map(withoutUrlSecrets) }),
    ...(headers && { headers: redactedHeaders(headers) }),
    ...(body && { body: redacted(body) }),
  };
  return { ...scenario, target: shown };
}

/** The values that are left out there, and the key: never to be seen in what a server says. */
export function secretsOf(target: Dressed, apiKey: string | undefined): string[] {
  const hidden = withoutSecrets({ target }).target;
  const ofUrls = [target.url ?? '', ...(target.metricsUrls ?? [])].flatMap(urlSecrets);
  return [...(apiKey ? [apiKey] : []), ...ofUrls, ...differing(target, hidden)];
}

function differing(value: unknown, shown: unknown): string[] {
  if (value === shown) return [];
  if (typeof value === 'string') return shown === REDACTED ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    differing(inner, (shown as Readonly<Record<string, unknown>>)[name]),
  );
}

/** Where a scenario has the mark of a value that was left out, as `target.headers.x`. */
function redactedFields(value: unknown, path: string): string[] {
  if (value === REDACTED) return [path];
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    redactedFields(inner, path ? `${path}.${name}` : name),
  );
}

/** @throws UsageError for a scenario that was written down without its secrets, and would be played without them. */
export function refuseRedacted({ target }: { readonly target: Dressed }, source: string): void {
  const fields = [
    ...(isStruckUrl(target.url ?? '') ? ['target.url'] : []),
    ...(target.metricsUrls?.some(isStruckUrl) ? ['target.metricsUrls'] : []),
    ...redactedFields(target, 'target'),
  ];
  if (!fields.length) return;
  throw new UsageError(
    `${source}: the values of ${fields.join(', ')} are not kept; give them again, as in --set '${fields[0]}=…'`,
  );
}
