import { withoutUrlSecrets } from '../../base/secret.ts';
import { say } from '../terminal/stderr.ts';

/** What OPENAI_BASE_URL says, for a target that nobody has named; undefined: it is not set. */
export function environmentUrl(): string | undefined {
  return process.env['OPENAI_BASE_URL'] || undefined;
}

/** Said first, as no command line shows it. */
export function urlSaid(url: string): string {
  return `target: ${withoutUrlSecrets(url)}, as OPENAI_BASE_URL says`;
}

/** The target of a dialect: the one that was named, else the environment's, which is told, else the tool's own default. */
export function targetUrl(named: string | undefined): string | undefined;
export function targetUrl(named: string | undefined, otherwise: string): string;
export function targetUrl(named: string | undefined, otherwise?: string): string | undefined {
  if (named !== undefined) return named;
  const url = environmentUrl();
  if (url !== undefined) say(urlSaid(url));
  return url ?? otherwise;
}
