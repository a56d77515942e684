import { isObject } from '../../../base/json.ts';

/** What is wrong with one field, as pydantic reports it. */
export interface FieldProblem {
  readonly type: string;
  /** Dotted, from `body` on. */
  readonly loc: string;
  readonly msg: string;
  readonly input: unknown;
  readonly ctx?: Readonly<Record<string, unknown>>;
}

/**
 * Reads a value as pydantic does outside its strict mode: `"5"`, `5.0` and `true` are integers. What it returns
 * counts for nothing where it has added a problem.
 */
export type Kind<T> = (value: unknown, loc: string, problems: FieldProblem[]) => T;

/** What a kind reads. */
export type ValueOf<K> = K extends Kind<infer T> ? T : never;

function refused<T>(problems: FieldProblem[], problem: FieldProblem): T {
  problems.push(problem);
  return undefined as T;
}

const INT_TEXT = /^\s*[+-]?\d+(_\d+)*(\.0*)?\s*$/;

export const int: Kind<number> = (input, loc, problems) => {
  if (typeof input === 'boolean') return Number(input);
  const no = (type: string, more = ''): number =>
    refused(problems, { type, loc, msg: `Input should be a valid integer${more}`, input });
  if (typeof input === 'number') {
    if (Number.isInteger(input)) return input;
    return no('int_from_float', ', got a number with a fractional part');
  }
  if (typeof input !== 'string') return no('int_type');
  if (INT_TEXT.test(input)) return Number.parseInt(input.replaceAll('_', ''), 10);
  return no('int_parsing', ', unable to parse string as an integer');
};

export const float: Kind<number> = (input, loc, problems) => {
  if (typeof input === 'number' || typeof input === 'boolean') return Number(input);
  const no = (type: string, more = ''): number =>
    refused(problems, { type, loc, msg: `Input should be a valid number${more}`, input });
  if (typeof input !== 'string') return no('float_type');
  const value = Number(input);
  if (input.trim() !== '' && !Number.isNaN(value)) return value;
  return no('float_parsing', ', unable to parse string as a number');
};

const TRUE = new Set(['1', 'true', 't', 'yes', 'y', 'on']);
const FALSE = new Set(['0', 'false', 'f', 'no', 'n', 'off']);

export const bool: Kind<boolean> = (input, loc, problems) => {
  if (typeof input === 'boolean') return input;
  const isReadable = typeof input === 'string' || typeof input === 'number';
  const word = isReadable ? String(input).toLowerCase() : '';
  if (TRUE.has(word)) return true;
  if (FALSE.has(word)) return false;
  const msg = 'Input should be a valid boolean';
  if (!isReadable) return refused(problems, { type: 'bool_type', loc, msg, input });
  const more = `${msg}, unable to interpret input`;
  return refused(problems, { type: 'bool_parsing', loc, msg: more, input });
};

export const text: Kind<string> = (input, loc, problems) => {
  if (typeof input === 'string') return input;
  return refused(problems, {
    type: 'string_type',
    loc,
    msg: 'Input should be a valid string',
    input,
  });
};

/** Not looked into. */
export const anything: Kind<unknown> = (input) => input;

export function literal<const T extends readonly string[]>(...words: T): Kind<T[number]> {
  const all = words.map((word) => `'${word}'`);
  const expected = [all.slice(0, -1).join(', '), all.at(-1)].filter(Boolean).join(' or ');
  return (input, loc, problems) => {
    if (words.includes(input as string)) return input as T[number];
    const msg = `Input should be ${expected}`;
    return refused(problems, { type: 'literal_error', loc, msg, input, ctx: { expected } });
  };
}

/** At least `min`. */
export function atLeast(min: number, kind: Kind<number>): Kind<number> {
  return (input, loc, problems) => {
    const before = problems.length;
    const value = kind(input, loc, problems);
    if (problems.length > before || value >= min) return value;
    const msg = `Input should be greater than or equal to ${min}`;
    return refused(problems, { type: 'greater_than_equal', loc, msg, input, ctx: { ge: min } });
  };
}

export function list<T>(kind: Kind<T>): Kind<T[]> {
  return (input, loc, problems) => {
    if (Array.isArray(input)) return input.map((one, i) => kind(one, `${loc}.${i}`, problems));
    return refused(problems, {
      type: 'list_type',
      loc,
      msg: 'Input should be a valid list',
      input,
    });
  };
}

/** An object whose keys are free. */
export function dict<T>(kind: Kind<T>): Kind<Record<string, T>> {
  return (input, loc, problems) => {
    if (!isObject(input)) {
      const msg = 'Input should be a valid dictionary';
      return refused(problems, { type: 'dict_type', loc, msg, input });
    }
    const entries = Object.entries(input);
    return Object.fromEntries(
      entries.map(([key, one]) => [key, kind(one, `${loc}.${key}`, problems)]),
    );
  };
}

/** The first of these that fits; if none does, the problems of all of them. */
export function oneOf<const K extends readonly Kind<unknown>[]>(
  ...kinds: K
): Kind<ValueOf<K[number]>> {
  return (input, loc, problems) => {
    const all: FieldProblem[] = [];
    for (const kind of kinds) {
      const before = all.length;
      const value = kind(input, loc, all);
      if (all.length === before) return value as ValueOf<K[number]>;
    }
    problems.push(...all);
    return undefined as ValueOf<K[number]>;
  };
}
