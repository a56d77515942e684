import type { Field, FieldPath } from '../../scenario/field.ts';

let schema: typeof import('../../scenario/field.ts') | undefined;

/** To be awaited before a flag is parsed or described that stands for a field: the schema takes a while to load. */
export async function loadSchema(): Promise<void> {
  schema ??= await import('../../scenario/field.ts');
}

/** What the schema says of a field. */
export function schemaField(path: FieldPath): Field {
  if (!schema) throw new Error(`the schema is not loaded, which ${path} is a field of`);
  return schema.fieldOf(path);
}
