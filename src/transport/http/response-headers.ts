import type { Wording } from '../wording.ts';

/** As undici has them: names in lower case; a header that came several times is a list. */
export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** What is kept of the headers of responses. */
export interface HeaderKeeping {
  /** Those that are told of, in lower case; absent: none. */
  readonly keptHeaders?: readonly string[] | undefined;
  /** Makes what the server says fit to be kept. */
  readonly says: Wording;
}

/** Those that are kept, of those that came; undefined: none of them did. */
export function keptOf(
  headers: ResponseHeaders,
  { keptHeaders, says }: HeaderKeeping,
): Readonly<Record<string, string>> | undefined {
  const came = keptHeaders?.flatMap((name) => {
    const value = headers[name];
    return value === undefined ? [] : [[name, says([value].flat().join(', '))]];
  });
  return came?.length ? Object.fromEntries(came) : undefined;
}
