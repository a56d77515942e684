import type { Flag } from '../../commands/flags/flag-table.ts';
import { FLAGS, screenFlags } from '../../commands/flags/flags.ts';
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

/** The command line of the priority study's benchmark_latency.py, and ours. */
export interface LatencyFlags extends StudyFlags {
  readonly baseUrl?: string;
  readonly host: string;
  readonly port: number;
  readonly api: 'completions' | 'chat';
  readonly inputJson?: string;
  readonly schedulingPolicy: ScheduleName;
  readonly n: number;
  readonly batchSize?: number;
  readonly inputLen: number;
  readonly outputLen: number;
  readonly numItersWarmup: number;
  readonly numIters: number;
  readonly profile?: boolean;
}

export const latencyFlags: readonly Flag[] = [
  ...dataFlags,
  {
    flags: '--batch-size <n>',
    says: "requests of the batch; default: 100 of the data, as the script has it, and 8 without data, as vLLM's",
    parse: integer(1),
  },
  {
    flags: '--input-len <tokens>',
    says: 'length of the prompts, without --input-json',
    parse: integer(1),
    default: 32,
  },
  {
    flags: '--output-len <tokens>',
    says: 'length of the answers, likewise',
    parse: integer(1),
    default: 128,
  },
  {
    flags: '--num-iters-warmup <n>',
    says: 'how often the batch is sent first, unmeasured',
    parse: integer(0),
    default: 10,
  },
  {
    flags: '--num-iters <n>',
    says: 'how often it is sent and timed',
    parse: integer(1),
    default: 30,
  },
  {
    flags: '--profile',
    says: "POST /start_profile before all this, and /stop_profile after it: vLLM's profiler",
  },
  ...hostFlags,
  ...precedenceFlags,
  ...filterFlags,
  ...serverFlags,
  FLAGS.simulate,
  FLAGS.gpu,
  FLAGS.set,
  FLAGS.printScenario,
  ...screenFlags,
];
