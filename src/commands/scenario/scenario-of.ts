import { UsageError } from '../../base/errors.ts';
import { withServerSettings } from '../../engine/cost/server-settings.ts';
import { environmentSettings, variableOf } from '../../scenario/environment.ts';
import { parseOverridden, readScenario } from '../../scenario/load.ts';
import { type Change, type Override, withOverrides } from '../../scenario/overrides.ts';
import { at, withValue } from '../../scenario/paths.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { changesOf, type Flag, settingsOf } from '../flags/flag-table.ts';
import { say } from '../terminal/stderr.ts';
import { DEFAULT_NAME, located, shipped } from './shipped.ts';
import { environmentUrl, urlSaid } from './target-url.ts';
import { traceAlone, traced } from './traced.ts';

/** Beside these, the fields of the scenario that flags set. */
export interface ScenarioFlags {
  readonly set: readonly string[];
  readonly apiKey?: string;
  readonly trace?: string;
  readonly printScenario?: boolean;
  readonly quiet?: boolean;
  readonly wide?: boolean;
}

interface Asked {
  /** A path, or the name of a scenario that comes with confab; undefined: the default. */
  readonly file: string | undefined;
  readonly rows: readonly Flag[];
  readonly flags: ScenarioFlags;
  /** Requests are sent somewhere: the environment may say where. */
  readonly isSent: boolean;
  /** One of several that are played together: what is told of each of them was told of the first. */
  readonly isFurther?: boolean;
}

/**
 * What is to be played: the scenario's file, then the environment, then --set and flags. What was not on the command
 * line is told on stderr, the target first.
 * @throws UsageError with every problem found.
 */
export async function scenarioOf({
  file,
  rows,
  flags,
  isSent,
  isFurther = false,
}: Asked): Promise<Scenario> {
  const { env } = process;
  const isDefault = file === undefined && flags.trace === undefined;
  const fromEnv = environmentSettings(env);
  const overrides = await withTrace([...fromEnv, ...(await overridesOf(rows, flags))], flags.trace);
  const { input, name } = sourceOf(file, flags.trace);
  const asked = withOverrides<unknown>(input, overrides);
  const baseUrl = isSent && !hasTarget(asked) ? environmentUrl() : undefined;
  if (isSent && file === undefined && !hasTarget(asked) && baseUrl === undefined) {
    throw new UsageError(NOTHING);
  }
  const told = [
    ...(baseUrl ? [urlSaid(baseUrl)] : []),
    ...(isDefault ? [DEFAULT_SAID] : []),
    ...(fromEnv.length ? [`set by the environment: ${namesOf(fromEnv)}`] : []),
  ];
  if (!flags.quiet && !isFurther) for (const line of told) say(line);
  const scenario = parseOverridden(
    input,
    [
      ...(isDefault ? [withoutEnd(overrides)] : []),
      ...overrides,
      ...(baseUrl ? [{ path: TARGET, value: baseUrl }] : []),
      withServerSettings,
    ],
    name,
  );
  const isOwn = isSent && scenario.target.url === 'embedded' && !flags.printScenario;
  if (isOwn && !isFurther) say(NO_SERVER);
  return scenario;
}

/** What there is before anything is set, and its name in errors. */
function sourceOf(file: string | undefined, trace: string | undefined) {
  if (file === undefined && trace !== undefined) return { input: traceAlone(trace), name: trace };
  const source = file === undefined ? shipped(DEFAULT_NAME) : located(file);
  return { input: readScenario(source.file, process.env), name: source.name ?? source.file };
}

/** What a trace makes of the scenario comes first, so that all else can change it. */
async function withTrace(overrides: Override[], trace: string | undefined): Promise<Override[]> {
  return trace === undefined ? overrides : [await traced(trace, overrides), ...overrides];
}

const NO_SERVER =
  'NO SERVER WILL BE MEASURED: the engine that is built in answers; --url names yours';

const TARGET = ['target', 'url'];

function hasTarget(scenario: unknown): boolean {
  return at(TARGET, scenario) !== undefined;
}

const NOTHING =
  'no scenario and no target: expected --url http://…, a file, or a name, as in `confab run --url http://localhost:8000`, which plays the default, or `confab run demo`, which needs no server; `confab scenarios` lists the names';

const DEFAULT_SAID = `scenario: ${DEFAULT_NAME}, which comes with confab, as none was named`;

function namesOf(settings: readonly { readonly path: readonly string[] }[]): string {
  return settings.map(({ path }) => variableOf(path.join('.'))).join(', ');
}

/** The default ends after a time; not where who plays it says another end. */
function withoutEnd(overrides: readonly Override[]): Change {
  const said = withOverrides<unknown>({}, overrides);
  const ends = [
    ['population', 'users'],
    ['stop', 'afterRequests'],
  ];
  const isEnded = ends.some((path) => at(path, said) !== undefined);
  return (scenario) => (isEnded ? withValue(scenario, ['stop', 'afterSec'], undefined) : scenario);
}

/** What --set and the flags say; single fields after --set, so that they win, and last what depends on the others. */
export async function overridesOf(
  rows: readonly Flag[],
  flags: ScenarioFlags,
): Promise<Override[]> {
  return [...flags.set, ...settingsOf(rows, flags), ...(await changesOf(rows, flags))];
}
