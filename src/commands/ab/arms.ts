import { armDifferences } from '../../ab/differences.ts';
import type { Side } from '../../ab/schedule.ts';
import { UsageError } from '../../base/errors.ts';
import type { Scenario } from '../../scenario/schema.ts';
import type { Flag } from '../flags/flag-table.ts';
import { collect } from '../flags/options.ts';
import { type ScenarioFlags, scenarioOf } from '../scenario/scenario-of.ts';

export interface ArmFlags extends ScenarioFlags {
  readonly a?: readonly string[];
  readonly b?: readonly string[];
  readonly aScenario?: string;
  readonly bScenario?: string;
  readonly aUrl?: string;
  readonly bUrl?: string;
  readonly aCommand?: string;
  readonly bCommand?: string;
}

export const armFlags: readonly Flag[] = (['a', 'b'] as const).flatMap((side): Flag[] => {
  const arm = side.toUpperCase();
  return [
    {
      flags: `--${side} <path=value,...>`,
      says: `fields of the scenario as arm ${arm} has them; may be repeated`,
      parse: collect,
    },
    {
      flags: `--${side}-scenario <file>`,
      says: `the scenario of arm ${arm}, in place of the first`,
    },
    { flags: `--${side}-url <url>`, says: `where the requests of arm ${arm} go` },
    {
      flags: `--${side}-command <command>`,
      says: `starts the engine of arm ${arm} before each of its runs, as a shell does; it is waited for (/health), and stopped again`,
    },
  ];
});

/**
 * The scenarios of both arms: the scenario with what is set for both, and then with what is set for the arm.
 * @throws UsageError where they are the same: nothing is to be compared.
 */
export async function armsOf(
  file: string | undefined,
  rows: readonly Flag[],
  flags: ArmFlags,
  isSent: boolean,
): Promise<Record<Side, Scenario>> {
  const arm = (side: Side) =>
    scenarioOf({
      file: flags[`${side}Scenario`] ?? file,
      rows,
      flags: { ...flags, set: [...flags.set, ...settingsOf(side, flags)] },
      isSent,
      isFurther: side === 'b',
    });
  const a = await arm('a');
  const b = await arm('b');
  if (armDifferences(a, b).length === 0 && flags.aCommand === flags.bCommand) {
    throw new UsageError(
      'found two arms that are the same; expected --a or --b with what differs, as in --b engine.offload.preset=none (A against itself is played first anyhow)',
    );
  }
  return { a, b };
}

function settingsOf(side: Side, flags: ArmFlags): string[] {
  const url = flags[`${side}Url`];
  return [
    ...(flags[side] ?? []).flatMap((text) => settingsIn(text, `--${side}`)),
    ...(url === undefined ? [] : [`target.url=${url}`]),
  ];
}

/** A comma is followed by the next field, or is part of a value: `a.b=1,c={ d: 2, e: 3 }`. */
function settingsIn(text: string, flag: string): string[] {
  const settings = text.split(/,(?=[A-Za-z_][\w.-]*=)/).map((setting) => setting.trim());
  for (const setting of settings) {
    if (setting.indexOf('=') >= 1) continue;
    throw new UsageError(
      `${flag}: found '${setting}'; expected path=value, as in engine.offload.preset=none,engine.blocks=4000`,
    );
  }
  return settings;
}
