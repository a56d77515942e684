import { type Command, Help, Option } from 'commander';
import { unitOfName } from '../../base/duration.ts';
import type { Field, FieldPath } from '../../scenario/field.ts';
import type { Change, Setting } from '../../scenario/overrides.ts';
import { integer, number, oneOf, share, time } from './options.ts';
import { schemaField } from './schema-field.ts';

/**
 * One flag of a command. With a path, giving the flag is the same as setting that field of the scenario, and leaving it
 * out leaves the field alone: its description, default, choices and bounds are the schema's, unless the row says so.
 */
export type Flag = FieldFlag | OwnFlag | ChangeFlag;

interface FieldFlag extends FlagOptions {
  readonly path: FieldPath;
  readonly changes?: undefined;
  readonly says?: string;
}

interface OwnFlag extends FlagOptions {
  readonly path?: undefined;
  readonly changes?: undefined;
  readonly says: string;
}

/** Changes more of the scenario than one field, or what it changes depends on what there is. */
interface ChangeFlag extends FlagOptions {
  readonly path?: undefined;
  readonly says: string;
  // biome-ignore lint/suspicious/noExplicitAny: it is given what the row's parser made.
  changes(value: any): Change | Promise<Change>;
}

interface FlagOptions {
  /** As commander reads it: `-u, --url <url>`. */
  readonly flags: string;
  readonly choices?: readonly string[];
  readonly parse?: Parse;
  /** The command's own, where it is not the schema's. */
  readonly default?: unknown;
  /** What its parser is given where its value is left out. */
  readonly preset?: string;
  readonly isRequired?: boolean;
  /** Its value is an object whose members are set one by one, so that others of the scenario stay. */
  readonly isMerged?: boolean;
  /** Under which heading `--help` has it; default: Options. */
  readonly group?: string;
  /** Flags that say something else of the same, by their names as attributes. */
  readonly conflicts?: readonly string[];
}

/** The same flags under a heading of `--help`. */
export function grouped(group: string, rows: readonly Flag[]): Flag[] {
  return rows.map((row) => ({ ...row, group: `${group}:` }));
}

/** `before` is what the same flag said earlier on the line. */
// biome-ignore lint/suspicious/noExplicitAny: each parser knows what it has returned before.
type Parse = (text: string, before: any) => unknown;

/** Columns beside the flags in which their descriptions are still wrapped; commander's own 40 are too many for 60. */
const DESCRIPTION_WIDTH_MIN = 20;

/** The row that an option was made of. */
const rowOf = new WeakMap<Option, Flag>();

/** What an option takes, where that is a choice. */
export function choicesOf(option: Option): readonly string[] | undefined {
  const row = rowOf.get(option);
  if (!row) return option.argChoices;
  return row.choices ?? (row.path ? schemaField(row.path).enum : undefined);
}

/** The command with these flags. The schema is asked when it is needed, for a value to parse or for `--help`: see `loadSchema`. */
export function withFlags(command: Command, rows: readonly Flag[]): Command {
  for (const row of rows) {
    const option = new Option(row.flags, row.says);
    const parse = parserOf(row);
    if (parse && (option.required || option.optional)) option.argParser(parse);
    if (row.default !== undefined) option.default(row.default);
    if (row.preset !== undefined) option.preset(row.preset);
    if (row.isRequired) option.makeOptionMandatory();
    if (row.group !== undefined) option.helpGroup(row.group);
    const own = option.attributeName();
    option.conflicts((row.conflicts ?? []).filter((other) => other !== own));
    command.addOption(option);
    rowOf.set(option, row);
  }
  return command.configureHelp({
    minWidthToWrap: DESCRIPTION_WIDTH_MIN,
    optionDescription: (option) =>
      described(rowOf.get(option)) ?? new Help().optionDescription(option),
  });
}

/** The fields that the flags set, of those that were given; `given` is what commander made of them. */
export function settingsOf(rows: readonly Flag[], given: object): Setting[] {
  return rows.flatMap(({ flags, path, isMerged }) => {
    const option = new Option(flags);
    const value = (given as Readonly<Record<string, unknown>>)[option.attributeName()];
    // A `--no-` flag that is not given is true.
    if (!path || value === undefined || (option.negate && value === true)) return [];
    const at = path.split('.');
    if (!isMerged) return [{ path: at, value }];
    return Object.entries(value as object).map(([key, one]) => ({
      path: [...at, key],
      value: one,
    }));
  });
}

/** What the flags change beyond single fields; `given` as above. */
export async function changesOf(rows: readonly Flag[], given: object): Promise<Change[]> {
  const values = given as Readonly<Record<string, unknown>>;
  const changes = rows.flatMap(({ flags, changes }) => {
    const value = changes && values[new Option(flags).attributeName()];
    return changes && value !== undefined ? [changes(value)] : [];
  });
  return Promise.all(changes);
}

/** As commander words it, with what the schema knows. */
function described(row: Flag | undefined): string | undefined {
  if (!row) return undefined;
  const field: Field = row.path ? schemaField(row.path) : {};
  const option = new Option(row.flags, row.says ?? field.description);
  const choices = row.choices ?? field.enum;
  if (choices) option.argChoices = [...choices];
  const value = 'default' in row ? row.default : field.default;
  if ((option.required || option.optional) && !isEmpty(value)) option.default(value);
  return new Help().optionDescription(option);
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && (value === null || Object.keys(value).length === 0);
}

function parserOf({ path, parse, choices }: Flag): Parse | undefined {
  if (parse) return parse;
  if (choices) return oneOf(...choices);
  return path && ((text) => parsed(text, path));
}

/** A text by what is accepted; what the schema has no bounds for is checked with the scenario as a whole. */
function parsed(text: string, path: FieldPath): unknown {
  const field = schemaField(path);
  const unit = unitOfName(path);
  if (field.enum) return oneOf(...field.enum)(text);
  if (field.type === 'integer') return integer(field.minimum!, mostOf(field))(text);
  if (unit && field.type === 'number') return time(unit, field.exclusiveMinimum)(text);
  if (field.type === 'number') {
    return field.maximum === 1 ? share(text) : number(field.exclusiveMinimum)(text);
  }
  return text;
}

/** The schema bounds every integer; that it fits a double goes without saying. */
function mostOf({ maximum = Infinity }: Field): number {
  return maximum >= Number.MAX_SAFE_INTEGER ? Infinity : maximum;
}
