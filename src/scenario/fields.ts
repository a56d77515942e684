import { z } from 'zod';

/** What a JSON Schema says of a value, as far as it is looked at here. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly type?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

export function documentOf(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;
}

/** Every field that some value may have, as `population.arrivals.cv`, and whether it takes nothing but a text. */
export function allFields(document: JsonSchema): ReadonlyMap<string, { readonly isText: boolean }> {
  const fields = new Map<string, { isText: boolean }>();
  const visit = (schema: JsonSchema, path: string): void => {
    for (const member of membersOf(schema, document)) {
      for (const [name, inner] of Object.entries(member.properties ?? {})) {
        const at = path ? `${path}.${name}` : name;
        const isText = membersOf(inner, document).every(
          ({ type, anyOf }) => anyOf || type === 'string',
        );
        // Of a union all members have to agree.
        fields.set(at, { isText: isText && (fields.get(at)?.isText ?? true) });
        visit(inner, at);
      }
    }
  };
  visit(document, '');
  return fields;
}

/** Names of the fields that the object at this path may have; of a union, those of all its members. */
export function fieldsAt(path: readonly PropertyKey[], document: JsonSchema): string[] {
  let nodes: readonly JsonSchema[] = membersOf(document, document);
  for (const key of path) {
    nodes = nodes.flatMap(({ properties }) => {
      const inner = properties?.[String(key)];
      return inner ? membersOf(inner, document) : [];
    });
  }
  return [...new Set(nodes.flatMap(({ properties = {} }) => Object.keys(properties)))];
}

/** The schema that is meant, and of a union all of them. */
function membersOf(schema: JsonSchema, document: JsonSchema): JsonSchema[] {
  const named = document.$defs?.[schema.$ref?.split('/').at(-1) ?? ''] ?? schema;
  const { anyOf = [], oneOf = [] } = named;
  return [named, ...[...anyOf, ...oneOf].flatMap((one) => membersOf(one, document))];
}
