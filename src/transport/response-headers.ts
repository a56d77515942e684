/** As undici has them: names in lower case; a header that came several times is a list. */
export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** Those that were asked for (in lower case), of those that came; undefined: none of them did. */
export function keptOf(
  headers: ResponseHeaders,
  names: readonly string[],
  says: (text: string) => string,
): Readonly<Record<string, string>> | undefined {
  const came = names.flatMap((name) => {
    const value = headers[name];
    return value === undefined ? [] : [[name, says([value].flat().join(', '))]];
  });
  return came.length ? Object.fromEntries(came) : undefined;
}
