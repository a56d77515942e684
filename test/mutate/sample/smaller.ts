/** For mutate.test.ts. Who is first of two equal numbers cannot be seen from without. */
export function smaller(a: number, b: number): number {
  const isFirst = a <= b;
  return isFirst ? a : b;
}

export function isNone(count: number): boolean {
  return !count;
}
