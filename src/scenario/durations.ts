import { durationIn, TIME_EXAMPLES, type TimeUnit, unitOfName } from '../base/duration.ts';
import type { JsonSchema } from './fields.ts';
import { withTexts } from './paths.ts';

/** What may stand beside the times of a distribution, and is none. */
const NO_TIMES: readonly string[] = ['distribution', 'file', 'cv', 'sigma'];
/** Fields that hold whatever a server takes, under its own names. */
const FOREIGN: readonly string[] = ['target.headers', 'target.body'];

/**
 * The scenario with times that were written with a unit, as `5m`, in the unit that the name of their field ends with.
 * What is no time stays, for the schema to refuse.
 */
export function withDurations(input: unknown): unknown {
  return withTexts(input, (text, path) => {
    const unit = unitAt(path);
    return (unit && durationIn(unit, text)) ?? text;
  });
}

/** The unit of a time at this path: a distribution of times has it in all its parts. */
function unitAt(path: readonly string[]): TimeUnit | undefined {
  if (NO_TIMES.includes(path.at(-1)!) || FOREIGN.includes(path.slice(0, 2).join('.'))) return;
  return path.map(unitOfName).findLast((unit) => unit !== undefined);
}

const WORDS = { sec: 'seconds', ms: 'milliseconds' } as const satisfies Record<TimeUnit, string>;

/** What is accepted at this path in place of a number, where it is one of a time: for an error. */
export function timeExpected(path: readonly PropertyKey[]): string | undefined {
  const unit = unitAt(path.map(String));
  return unit && `a number of ${WORDS[unit]}, or a time such as ${TIME_EXAMPLES}`;
}

const TEXT = { type: 'string', pattern: '^\\s*([0-9.]+\\s*[a-zµ]+\\s*)+$' };

/** A JSON Schema of scenarios, for editors: wherever a time may be a number it may be a text with a unit. */
export function withDurationTexts(schema: JsonSchema, unit?: TimeUnit): JsonSchema {
  if (unit && schema.type === 'number') {
    const { description, default: standard, ...number } = schema as Record<string, unknown>;
    const said = { ...(description !== undefined && { description }) };
    return { ...said, ...(standard !== undefined && { default: standard }), anyOf: [number, TEXT] };
  }
  const { properties, anyOf, oneOf } = schema;
  const within = (one: JsonSchema): JsonSchema => withDurationTexts(one, unit);
  return {
    ...schema,
    ...(anyOf && { anyOf: anyOf.map(within) }),
    ...(oneOf && { oneOf: oneOf.map(within) }),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, inner]) => [
          name,
          withDurationTexts(
            inner,
            NO_TIMES.includes(name) ? undefined : (unitOfName(name) ?? unit),
          ),
        ]),
      ),
    }),
  };
}
