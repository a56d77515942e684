/**
 * With how many cases of a property that costs a second is tried, of as many as it is worth: a quarter of them, the
 * first of its seed. `TRIES=all` tries all.
 */
export function tries(all: number): number {
  return process.env['TRIES'] === 'all' ? all : Math.ceil(all / 4);
}
