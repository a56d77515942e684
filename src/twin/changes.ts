import { isObject } from '../base/json.ts';

/** A field of a scenario that is another in another; undefined: it is not there. */
export interface Changed {
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** Where it is written, and what it is called, says nothing of what was played. */
const ASIDE = ['name', 'output', 'target.url'];

/** The fields in which two scenarios differ, in the order of the second. */
export function changesOf(from: unknown, to: unknown, path = ''): Changed[] {
  if (ASIDE.includes(path)) return [];
  if (!isObject(from ?? to) || !isObject(to ?? from)) {
    return JSON.stringify(from) === JSON.stringify(to) ? [] : [{ path, from, to }];
  }
  const [before, after] = [from ?? {}, to ?? {}] as Record<string, unknown>[];
  const names = [...new Set([...Object.keys(after!), ...Object.keys(before!)])];
  return names.flatMap((name) =>
    changesOf(before![name], after![name], path ? `${path}.${name}` : name),
  );
}

/** `engine.blocks: 2600 -> 5200`. */
export function changedText({ path, from, to }: Changed): string {
  return `${path}: ${shown(from)} -> ${shown(to)}`;
}

function shown(value: unknown): string {
  if (value === undefined) return 'not set';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
