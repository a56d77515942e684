import { at, withValue } from '../../scenario/paths.ts';
import { readProfileFile } from './profile-file.ts';

/**
 * The scenario, not yet checked, with what the profile file of its `engine.gpu` says of how the server was set up:
 * block size, limits, tiers. What the scenario says itself stays; without such a file nothing changes.
 * @throws UsageError for a file that cannot be read, or that is none.
 */
export function withServerSettings(scenario: unknown): unknown {
  const gpu = at(['engine', 'gpu'], scenario);
  if (typeof gpu !== 'string' || !/\.json$/i.test(gpu)) return scenario;
  const { engine = {} } = readProfileFile(gpu);
  const missing = Object.entries(engine).filter(
    ([field]) => at(['engine', field], scenario) === undefined,
  );
  return missing.reduce<unknown>(
    (changed, [field, value]) => withValue(changed, ['engine', field], value),
    scenario,
  );
}
