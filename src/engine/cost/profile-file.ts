import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../../base/errors.ts';
import { calibrationSchema, serverSettingsSchema } from './calibration.ts';
import { type Deployment, derivations, gpuSchema } from './derive.ts';
import { FURTHER, FURTHER_NAMES, type FurtherName } from './further.ts';
import { parseJson, readJson, withSource } from './json-file.ts';
import { KV_DTYPES, kvBytesPerToken } from './kv-bytes.ts';
import { withKvBytes } from './kv-capacity.ts';
import {
  languageModel,
  type ModelConfig,
  modelConfigSchema,
  readModelConfig,
} from './model-config.ts';
import type { Constant, Profile } from './profile.ts';
import { scaled } from './scale.ts';

const positive = z.number().positive().optional();
const zeroOrMore = z.number().nonnegative().optional();
const whole = z.number().int().min(1).optional();

const further = Object.fromEntries(
  FURTHER_NAMES.map((name) => [name, FURTHER[name].schema.optional()]),
) as { readonly [Name in FurtherName]: z.ZodOptional<(typeof FURTHER)[Name]['schema']> };

/** Constants as `Profile` has them; those that are left out are derived from a model and a GPU. */
const profileFileSchema = z.strictObject({
  description: z.string().optional(),
  config: z.string().optional().describe("the model's config.json, relative to this file"),
  model: modelConfigSchema.optional().describe('instead of config: its fields themselves'),
  gpu: gpuSchema.optional().describe('the data sheet of one GPU'),
  tensorParallel: z
    .number()
    .int()
    .min(1)
    .max(64)
    .optional()
    .describe('GPUs that hold the model together: given constants are of all of them; default: 1'),
  kvDtype: z.enum(KV_DTYPES).optional().describe("of the KV cache; default: the model's type"),
  weightBytesPerParameter: positive.describe("of the linear layers; default: the model's type"),
  weightsMs: positive,
  tokenUs: positive,
  headMs: zeroOrMore,
  attentionLaunchMs: zeroOrMore,
  contextTokenUs: zeroOrMore,
  pairNs: zeroOrMore,
  hostMs: zeroOrMore,
  blocks: z.number().int().min(2).optional().describe('KV blocks of 16 tokens'),
  kvBytesPerToken: whole,
  hostReadGBps: positive,
  hostWriteGBps: positive,
  ...further,
  engine: serverSettingsSchema.optional(),
  calibration: calibrationSchema.optional(),
});

export type ProfileFile = z.infer<typeof profileFileSchema>;

/** @throws UsageError for a file that is none, with every problem of it. */
export function readProfileFile(file: string): ProfileFile {
  const json = readJson(file, { what: 'cost profile', field: 'engine.gpu' }, 'profile');
  return parseJson(json, profileFileSchema, file);
}

/** The model that a run names, where it is not the profile's own. */
export interface ServedModel {
  readonly file: string;
  readonly config: ModelConfig;
}

/**
 * The profile of a JSON file. A constant that the file gives is taken as it is; the others are derived, from
 * the model that is served where a run names one. Then constants of a step that the file gives are its own
 * model's, where it names one, and are scaled; KV bytes do not count, and blocks are as much memory as they are
 * for its own model.
 * @throws UsageError with every problem of the file, or of the model that it names.
 */
export function readProfile(file: string, served?: ServedModel): Profile {
  const given = readProfileFile(file);
  const own = ownModel(given, file);
  if (!served) return completed(given, own, file);
  const { kvBytesPerToken: givenBytes, ...ownSteps } = given;
  const rest = own
    ? withSource(served.file, () => scaled(ownSteps, own, served.config, given))
    : ownSteps;
  const profile = completed(rest, served.config, `${file} for ${served.file}`);
  const ownBytes =
    givenBytes ?? (own && withSource(file, () => kvBytesPerToken(own, given.kvDtype)));
  if (given.blocks === undefined || ownBytes === undefined) return profile;
  return withKvBytes({ ...profile, kvBytesPerToken: ownBytes }, profile.kvBytesPerToken);
}

function ownModel({ config, model }: ProfileFile, file: string): ModelConfig | undefined {
  if (config !== undefined && model !== undefined) {
    throw new UsageError("config: found beside 'model'; expected one of them", file);
  }
  if (config !== undefined) {
    return readModelConfig(resolve(dirname(file), config), `${file}: config`);
  }
  return model && languageModel(model, `${file}: model`);
}

function completed(given: ProfileFile, model: ModelConfig | undefined, source: string): Profile {
  const deployment = deploymentOf(given, model);
  const missing = new Map<string, Constant[]>();
  const constants = {} as Record<Constant, number>;
  for (const constant of Object.keys(derivations) as Constant[]) {
    try {
      constants[constant] = given[constant] ?? derivations[constant](deployment);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      for (const why of error.problems) missing.set(why, [...(missing.get(why) ?? []), constant]);
    }
  }
  const problems = [...missing].map(
    ([why, names]) => `${names.join(', ')}: missing, and not to be derived: ${why}`,
  );
  if ((given.tensorParallel ?? 1) > 1 && given.allReduceMs === undefined) {
    problems.push(
      'allReduceMs: missing, and not to be derived; expected milliseconds that the GPUs exchange for in a step',
    );
  }
  if (problems.length) throw new UsageError(problems, source);
  return {
    description: given.description ?? source,
    ...constants,
    ...theirOwn(given, ['tensorParallel', ...FURTHER_NAMES, 'engine', 'calibration']),
  };
}

/** Those fields that the file gives. */
function theirOwn<Name extends keyof ProfileFile>(
  given: ProfileFile,
  names: readonly Name[],
): Pick<ProfileFile, Name> {
  const own = names.filter((name) => given[name] !== undefined);
  return Object.fromEntries(own.map((name) => [name, given[name]])) as Pick<ProfileFile, Name>;
}

/** Asking for what the file does not have is a problem only where something has to be derived from it. */
function deploymentOf(given: ProfileFile, model: ModelConfig | undefined): Deployment {
  const { gpu, kvDtype, weightBytesPerParameter, tensorParallel } = given;
  const needed = <T>(value: T | undefined, name: string): T => {
    if (value === undefined) throw new UsageError(`the file has no ${name}`);
    return value;
  };
  return {
    get model() {
      return needed(model, "'config' or 'model', nor the run an engine.modelConfig");
    },
    get gpu() {
      return needed(gpu, "'gpu'");
    },
    kvDtype,
    weightBytesPerParameter,
    tensorParallel,
  };
}
