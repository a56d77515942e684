import { z } from 'zod';
import { type ScenarioInput, scenarioSchema } from './schema.ts';

/** The fields of a scenario, as `--set` names them: `engine.offload.cpu.capacityGB`. */
export type FieldPath = PathsOf<ScenarioInput>;

type PathsOf<T> = T extends readonly unknown[]
  ? never
  : T extends object
    ? {
        [K in keyof T & string]-?: string extends K ? never : K | `${K}.${PathsOf<T[K]>}`;
      }[keyof T & string]
    : never;

/** What the schema says of a field, in the words of JSON Schema. */
export interface Field {
  readonly description?: string;
  /** What it is where nothing is said; undefined: not set, or as the description has it. */
  readonly default?: unknown;
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
}

/** @throws Error for a path that the schema does not have, which the type rules out. */
export function fieldOf(path: FieldPath): Field {
  let schema: z.core.$ZodType | undefined = scenarioSchema;
  for (const key of path.split('.')) schema = schema && memberOf(schema, key);
  if (!schema) throw new Error(`the scenario has no field ${path}`);
  const { anyOf = [], ...said } = z.toJSONSchema(schema, { io: 'input' }) as Described;
  // What may be null is else what it is.
  const [one, ...others] = anyOf.filter(({ type }) => type !== 'null');
  return one && !others.length ? { ...one, ...said } : said;
}

interface Described extends Field {
  readonly anyOf?: readonly Field[];
}

/** The field of an object, whatever is wrapped around it; of a union, the first member's that has it. */
function memberOf(schema: z.core.$ZodType, key: string): z.core.$ZodType | undefined {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'object':
      return def.shape[key];
    case 'union':
      return def.options.map((option) => memberOf(option, key)).find((member) => member);
    case 'default':
    case 'prefault':
    case 'optional':
    case 'nullable':
      return memberOf(def.innerType, key);
    default:
      return undefined;
  }
}
