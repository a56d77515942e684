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
 * nothing is reused, where everything fits, or where A has lost nothing.
 */
const CLAIMS_OF_REUSE: readonly (readonly [path: string, controls: readonly ControlName[]])[] = [
  ['engine.offload', CONTROL_NAMES],
  ['engine.blocks', CONTROL_NAMES],
  ['engine.kvGB', CONTROL_NAMES],
  ['engine.prefixCaching', ['floor', 'salt', 'no-reuse']],
];
/** A gain of another kind shows where nothing is reused, and rightly; but hits do not, nor does A gain over itself. */
const ALWAYS: readonly ControlName[] = ['floor', 'salt', 'no-reuse'];

/** The controls for a claim that nobody has stated. `hasTiers`: A brings back what the GPU has evicted. */
export function controlsFor(
  differences: readonly ArmDifference[],
  hasTiers: boolean,
): { readonly controls: readonly ControlName[]; readonly isOfReuse: boolean } {
  const claims = differences.map(
    ({ path }) => CLAIMS_OF_REUSE.find(([prefix]) => isWithin(path, prefix))?.[1],
  );
  return {
    controls: CONTROL_NAMES.filter(
      (name) =>
        claims.every((controls = ALWAYS) => controls.includes(name)) &&
        (name !== 'revisit' || !hasTiers),
    ),
    isOfReuse: claims.every((controls) => controls !== undefined),
  };
}

function isWithin(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}.`);
}
