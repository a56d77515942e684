import { z } from 'zod';

/** What a JSON Schema says of a value, as far as it is looked at here. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly type?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
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
  return namesIn(nodesAt(path, document));
}

/**
 * The member of a union that the object at this path is by one of its fields: that field, its value, and the
 * names that the member has.
 */
export function memberAt(
  path: readonly PropertyKey[],
  value: Readonly<Record<string, unknown>>,
  document: JsonSchema,
): { readonly tag: string; readonly is: unknown; readonly fields: string[] } | undefined {
  const nodes = nodesAt(path, document).filter(({ properties }) => properties);
  for (const [tag, is] of Object.entries(value)) {
    const isMeant = ({ properties }: JsonSchema) => {
      const field = properties?.[tag];
      return field?.const === is || field?.enum?.includes(is);
    };
    const members = nodes.filter(isMeant);
    if (members.length > 0 && members.length < nodes.length) {
      return { tag, is, fields: namesIn(members) };
    }
  }
  return undefined;
}

function nodesAt(path: readonly PropertyKey[], document: JsonSchema): readonly JsonSchema[] {
  let nodes: readonly JsonSchema[] = membersOf(document, document);
  for (const key of path) {
    nodes = nodes.flatMap(({ properties }) => {
      const inner = properties?.[String(key)];
      return inner ? membersOf(inner, document) : [];
    });
  }
  return nodes;
}

function namesIn(nodes: readonly JsonSchema[]): string[] {
  return [...new Set(nodes.flatMap(({ properties = {} }) => Object.keys(properties)))];
}

/** The schema that is meant, and of a union all of them. */
function membersOf(schema: JsonSchema, document: JsonSchema): JsonSchema[] {
  const named = document.$defs?.[schema.$ref?.split('/').at(-1) ?? ''] ?? schema;
  const { anyOf = [], oneOf = [] } = named;
  return [named, ...[...anyOf, ...oneOf].flatMap((one) => membersOf(one, document))];
}
