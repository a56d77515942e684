import type { Partition } from '../../scenario/population.ts';

/** How a launcher tells each process that it starts which one it is, from 0, and of how many. */
interface Launcher {
  readonly name: string;
  readonly index: string;
  readonly of: string;
}

/** The first of which both are set holds: under Slurm mpirun's ranks have what Slurm told mpirun, too. */
const LAUNCHERS: readonly Launcher[] = [
  { name: 'Open MPI', index: 'OMPI_COMM_WORLD_RANK', of: 'OMPI_COMM_WORLD_SIZE' },
  { name: 'MPICH', index: 'PMI_RANK', of: 'PMI_SIZE' },
  // Of the step, and so of srun alone: SLURM_NTASKS is set in a batch script too, which is one process.
  { name: 'Slurm', index: 'SLURM_PROCID', of: 'SLURM_STEP_NUM_TASKS' },
];

type Environment = Readonly<Record<string, string | undefined>>;

/** Which share of a run this process plays, as its launcher says; undefined where there was none. */
export function launchedPartition(env: Environment): Partition | undefined {
  const launcher = LAUNCHERS.find(({ index, of }) => env[index] && env[of]);
  return launcher && { index: Number(env[launcher.index]), of: Number(env[launcher.of]) };
}

/** What would have to be set, for an error. */
export function launcherVariables(): string {
  return LAUNCHERS.map(({ name, index, of }) => `${index} and ${of} (${name})`).join(', ');
}
