import type { Argument, Command, Option } from 'commander';
import { profiles } from '../../engine/cost/profiles.ts';
import { scenarioJsonSchema } from '../../scenario/load.ts';
import { EXPORT_FORMATS } from '../../scenario/output.ts';
import { choicesOf } from '../flags/flag-table.ts';
import { shippedNames } from '../scenario/shipped.ts';

/** What may stand in a place of the command line. */
export interface Place {
  readonly kind: 'words' | 'files' | 'folders' | 'anything';
  /** Known values; with files, they come beside them. */
  readonly words: readonly string[];
  /** More follows a word at once: `--set` takes `field=value`. */
  readonly goesOn?: boolean;
}

export interface CompletedFlag {
  /** `--users`, and `-u` where it has one. */
  readonly names: readonly string[];
  readonly says: string;
  /** undefined: it takes none. */
  readonly value: Place | undefined;
}

/** A verb as a shell completes it; of one with parts (`convert sharegpt`) those come first, the flags are theirs. */
export interface CompletedVerb {
  readonly name: string;
  readonly says: string;
  readonly parts: readonly string[];
  readonly flags: readonly CompletedFlag[];
  readonly place: Place;
}

/** All verbs, of which `helpWords` are what `help` knows: made of their commands, so that none of it is said twice. */
export function completedVerbs(
  commands: readonly Command[],
  helpWords: readonly string[],
): CompletedVerb[] {
  const help: Place = { kind: 'words', words: helpWords };
  return commands.map((command) => {
    const carriers = command.commands.length > 0 ? command.commands : [command];
    const flags = carriers.flatMap((one) => one.options.map((option) => flagOf(one, option)));
    const [argument] = carriers[0]!.registeredArguments;
    return {
      name: command.name(),
      says: oneLine(command.description()),
      parts: command.commands.map((part) => part.name()),
      flags: [...flags, { names: ['--help', '-h'], says: 'display help', value: undefined }],
      place: command.name() === 'help' ? help : placeOf(argument),
    };
  });
}

function flagOf(command: Command, option: Option): CompletedFlag {
  const { long, short } = option;
  return {
    names: [long, short].filter((name) => name !== undefined && name !== null),
    says: oneLine(command.createHelp().optionDescription(option)),
    value: option.required || option.optional ? placeOfValue(option) : undefined,
  };
}

function placeOfValue(option: Option): Place {
  const choices = choicesOf(option);
  if (choices) return { kind: 'words', words: choices };
  if (option.long === '--set') return { kind: 'words', words: settings(option), goesOn: true };
  if (option.flags.includes('<format=file>'))
    return { kind: 'words', words: EXPORTED, goesOn: true };
  if (option.flags.includes('<profile>')) return { kind: 'files', words: Object.keys(profiles) };
  return { kind: kindOf(option.flags), words: [] };
}

const EXPORTED = Object.keys(EXPORT_FORMATS).map((format) => `${format}=`);

/** By the name of what is expected: `<file>`, `[file]`, `<file...>`. */
function kindOf(flags: string): Place['kind'] {
  if (/[<[]file\b/.test(flags)) return 'files';
  return /[<[]dir\b/.test(flags) ? 'folders' : 'anything';
}

function placeOf(argument: Argument | undefined): Place {
  if (!argument) return { kind: 'words', words: [] };
  if (argument.argChoices) return { kind: 'words', words: argument.argChoices };
  if (argument.name() === 'dir') return { kind: 'folders', words: [] };
  return { kind: 'files', words: argument.name() === 'scenario' ? shippedNames() : [] };
}

let schema: JsonSchema | undefined;

/** The fields that it sets: of a scenario, or of its engine section. */
function settings({ flags }: Option): string[] {
  schema ??= scenarioJsonSchema() as JsonSchema;
  const ofEngine = pathsOf(schema.properties!['engine']!);
  if (flags.includes('<engine.field=value>')) return ofEngine.map((path) => `engine.${path}=`);
  const paths = flags.includes('<field=value>') ? ofEngine : pathsOf(schema);
  return paths.map((path) => `${path}=`);
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

/** Of all fields that have none below them, `a.b.c`. */
function pathsOf(schema: JsonSchema): string[] {
  const members = [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  const paths = members.flatMap(({ properties = {} }) =>
    Object.entries(properties).flatMap(([name, below]) => {
      const deeper = pathsOf(below);
      return deeper.length > 0 ? deeper.map((path) => `${name}.${path}`) : [name];
    }),
  );
  return [...new Set(paths)];
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}
