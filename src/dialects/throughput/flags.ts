import type { Flag } from '../../commands/flags/flag-table.ts';
import { FLAGS, outputFlags, screenFlags, watchFlags } from '../../commands/flags/flags.ts';
import { ISOLATE, type IsolateFlags } from '../../commands/flags/isolate-flag.ts';
import { integer } from '../../commands/flags/options.ts';
import {
  dataFlags,
  filterFlags,
  hostFlags,
  precedenceFlags,
  type StudyFlags,
  serverFlags,
} from '../priority/flags.ts';
import type { ScheduleName } from '../priority/schedules.ts';

/** The command line of the priority study's benchmark_throughput.py, and ours. */
export interface ThroughputFlags extends StudyFlags, IsolateFlags {
  readonly baseUrl?: string;
  readonly host: string;
  readonly port: number;
  readonly api: 'completions' | 'chat';
  readonly inputJson: string;
  readonly schedulingPolicy: ScheduleName;
  readonly numPrompts: number;
  readonly n: number;
  readonly outputLen?: number;
}

export const throughputFlags: readonly Flag[] = [
  ...dataFlags,
  {
    flags: '--num-prompts <n>',
    says: 'requests, all sent at once: the first rows of the shuffled data that are left',
    parse: integer(1),
    default: 1000,
  },
  {
    flags: '--output-len <tokens>',
    says: 'longest answer asked for; default: as the data say',
    parse: integer(1),
  },
  ...hostFlags,
  ...precedenceFlags,
  ...filterFlags,
  ...serverFlags,
  ...outputFlags,
  FLAGS.simulate,
  FLAGS.gpu,
  { flags: '--quiet', says: 'no progress on stderr: warnings, errors and the report alone' },
  FLAGS.set,
  FLAGS.printScenario,
  ...watchFlags,
  ISOLATE,
  ...screenFlags,
];
