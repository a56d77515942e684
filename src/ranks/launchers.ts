import type { Partition } from '../scenario/population.ts';

/** How a launcher tells each process that it starts which one it is, from 0, and of how many. */
interface Launcher {
  readonly name: string;
  /** What starts processes with these variables. */
  readonly startedBy: string;
  /** The variable of the rank, from 0. */
  readonly rank: string;
  /** The variable of the number of ranks; `WORLD_SIZE`, as PyTorch's launchers call it, where this one has none. */
  readonly size: string;
  /** Where its own documentation says so. */
  readonly docs: string;
  /** It is started by others, and its processes have what those told it, too: of these it is the nearer one. */
  readonly overrules?: readonly string[];
}

/** Set by whoever starts the processes, where the launcher says which one this is and not of how many. */
const SIZE_VARIABLE = 'WORLD_SIZE';

export const LAUNCHERS: readonly Launcher[] = [
  {
    name: 'Open MPI',
    startedBy: 'mpirun',
    rank: 'OMPI_COMM_WORLD_RANK',
    size: 'OMPI_COMM_WORLD_SIZE',
    docs: 'https://docs.open-mpi.org/en/v5.0.x/tuning-apps/environment-var.html',
    overrules: ['Slurm'],
  },
  {
    name: 'PMI',
    startedBy: "MPICH's and Intel MPI's mpiexec, srun --mpi=pmi2",
    rank: 'PMI_RANK',
    size: 'PMI_SIZE',
    docs: 'https://slurm.schedmd.com/mpi_guide.html',
    overrules: ['Slurm'],
  },
  {
    name: 'PMIx',
    startedBy: 'prterun, srun --mpi=pmix',
    rank: 'PMIX_RANK',
    size: SIZE_VARIABLE,
    docs: 'https://docs.openpmix.org/en/latest/',
    overrules: ['Slurm'],
  },
  {
    name: 'Slurm',
    startedBy: 'srun',
    rank: 'SLURM_PROCID',
    // Of the step, and so of srun alone: SLURM_NTASKS is set in a batch script too, which is one process.
    size: 'SLURM_STEP_NUM_TASKS',
    docs: 'https://slurm.schedmd.com/srun.html#SECTION_OUTPUT-ENVIRONMENT-VARIABLES',
  },
  {
    name: 'Kubernetes',
    startedBy: 'an Indexed Job',
    rank: 'JOB_COMPLETION_INDEX',
    size: SIZE_VARIABLE,
    docs: 'https://kubernetes.io/docs/concepts/workloads/controllers/job/',
  },
];

export type Environment = Readonly<Record<string, string | undefined>>;

/** Which share of a run this process plays as its launcher says, or in one sentence why that is not known. */
export type Launched = { readonly share: Partition } | { readonly problem: string };

/**
 * Which rank of how many this process is, by the variables of the launcher that started it.
 * Where mpirun was started within Slurm, mpirun's hold; else all that are set must say the same.
 */
export function launchedBy(env: Environment): Launched {
  const told = LAUNCHERS.filter(({ rank }) => env[rank]);
  const nearest = told.filter(({ name }) => !told.some((one) => one.overrules?.includes(name)));
  const whole = nearest.filter(({ size }) => env[size]);
  if (told.length === 0) return { problem: `found no launcher: ${expected()}` };
  const broken = nearest
    .flatMap(({ rank, size }) => [rank, size])
    .find((name) => env[name] && !/^\d+$/.test(env[name].trim()));
  if (broken) return { problem: `found ${broken}=${env[broken]}; expected a whole number` };
  if (whole.length === 0) return { problem: sizeMissing(nearest[0]!, env) };
  const says = (one: Launcher): string =>
    `${one.rank}=${env[one.rank]}${env[one.size] ? ` of ${one.size}=${env[one.size]}` : ''} (${one.name})`;
  const first = whole[0]!;
  const [index, of] = [Number(env[first.rank]), Number(env[first.size])];
  const other = nearest.find(
    ({ rank, size }) => Number(env[rank]) !== index || (env[size] && Number(env[size]) !== of),
  );
  if (other) {
    return {
      problem: `found launchers that contradict each other: ${says(first)}, ${says(other)}; expected one, or both with the same`,
    };
  }
  if (index >= of) {
    return { problem: `found ${says(first)}; expected a rank below the number of ranks` };
  }
  return { share: { index, of } };
}

/** A rank whose number is known, and not of how many it is one. */
function sizeMissing({ name, rank, size, startedBy }: Launcher, env: Environment): string {
  const found = `found ${rank}=${env[rank]} and no ${size}`;
  return name === 'Slurm'
    ? `${found}: this is the batch script itself, which is one process; expected ${startedBy} to start it`
    : `${found}; expected it to be set to the number of ranks, which ${name} itself does not tell`;
}

function expected(): string {
  const rows = LAUNCHERS.map(({ name, rank, size }) => `${rank} and ${size} (${name})`);
  return `expected ${rows.join(', ')}`;
}
