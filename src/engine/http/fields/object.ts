import { isObject } from '../../../base/json.ts';
import type { FieldProblem, Kind } from './kinds.ts';

/** A field of an object: what it is, and whether it may be missing or null. */
export interface Field<T> {
  readonly kind: Kind<T>;
  /** What a field that is missing is; absent: it must be there. */
  readonly missing?: () => T;
}

export function required<T>(kind: Kind<T>): Field<T> {
  return { kind };
}

export function orElse<T>(kind: Kind<T>, byDefault: T): Field<T> {
  return { kind, missing: () => byDefault };
}

/** Missing and null are the same. */
export function optional<T>(kind: Kind<T>): Field<T | undefined> {
  return {
    kind: (input, loc, problems) => (input === null ? undefined : kind(input, loc, problems)),
    missing: () => undefined,
  };
}

export type Fields = Readonly<Record<string, Field<unknown>>>;

export type Read<F extends Fields> = {
  readonly [Name in keyof F]: F[Name] extends Field<infer T> ? T : never;
};

/** An object with these fields; others are let pass, as vLLM does. */
export function object<F extends Fields>(fields: F): Kind<Read<F>> {
  const rows = Object.entries(fields);
  return (input, loc, problems) => {
    if (!isObject(input)) {
      problems.push({ type: 'model_attributes_type', loc, msg: NO_OBJECT, input });
      return undefined as unknown as Read<F>;
    }
    const read: Record<string, unknown> = {};
    for (const [name, { kind, missing }] of rows) {
      const value = input[name];
      if (value !== undefined) read[name] = kind(value, `${loc}.${name}`, problems);
      else if (missing) read[name] = missing();
      else problems.push(missingProblem(`${loc}.${name}`, input));
    }
    return read as Read<F>;
  };
}

const NO_OBJECT = 'Input should be a valid dictionary or object to extract fields from';

function missingProblem(loc: string, input: object): FieldProblem {
  return { type: 'missing', loc, msg: 'Field required', input };
}
