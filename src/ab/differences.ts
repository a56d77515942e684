import { isObject } from '../base/json.ts';
import { CONTROL_NAMES, type ControlName } from './controls.ts';

/** A field in which the arms differ. */
export interface ArmDifference {
  readonly path: string;
  /** undefined: the arm does not have it. */
  readonly a: unknown;
  readonly b: unknown;
}

/** Where two scenarios differ, field by field, in the order of their names. */
export function armDifferences(a: unknown, b: unknown, path = ''): ArmDifference[] {
  if (isObject(a) && isObject(b)) {
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) =>
      armDifferences(a[key], b[key], path === '' ? key : `${path}.${key}`),
    );
  }
  return JSON.stringify(a) === JSON.stringify(b) ? [] : [{ path, a, b }];
}

/**
 * Which controls a gain must stand, by what the arms differ in: of more cache below the GPU nothing can be gained where
 * nothing is reused, where everything fits, or where A has lost nothing. A gain of another kind shows there too, and
 * rightly; but never between A and itself.
 */
const CLAIMS: readonly (readonly [path: string, controls: readonly ControlName[]])[] = [
  ['engine.offload', CONTROL_NAMES],
  ['engine.blocks', CONTROL_NAMES],
  ['engine.kvGB', CONTROL_NAMES],
  ['engine.prefixCaching', ['floor', 'salt', 'no-reuse']],
];
const ALWAYS: readonly ControlName[] = ['floor', 'salt'];

/** The controls for a claim that nobody has stated. `hasTiers`: A brings back what the GPU has evicted. */
export function controlsFor(
  differences: readonly ArmDifference[],
  hasTiers: boolean,
): readonly ControlName[] {
  const claims = differences.map(
    ({ path }) => CLAIMS.find(([prefix]) => isWithin(path, prefix))?.[1] ?? ALWAYS,
  );
  return CONTROL_NAMES.filter(
    (name) =>
      (ALWAYS.includes(name) || claims.every((controls) => controls.includes(name))) &&
      (name !== 'revisit' || !hasTiers),
  );
}

function isWithin(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}.`);
}
