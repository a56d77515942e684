import { describe, expect, test } from 'vitest';
import { LAUNCHERS, launchedBy } from '../../src/ranks/launchers.ts';

const mpirun = { OMPI_COMM_WORLD_RANK: '2', OMPI_COMM_WORLD_SIZE: '4', PMIX_RANK: '2' };

describe('--partition auto', () => {
  test.each([
    ['Open MPI, which sets PMIX_RANK as well', mpirun],
    ['MPICH', { PMI_RANK: '2', PMI_SIZE: '4' }],
    ['srun', { SLURM_PROCID: '2', SLURM_STEP_NUM_TASKS: '4', SLURM_NTASKS: '8' }],
    [
      'srun --mpi=pmi2',
      { PMI_RANK: '2', PMI_SIZE: '4', SLURM_PROCID: '2', SLURM_STEP_NUM_TASKS: '4' },
    ],
    [
      'mpirun within Slurm',
      { ...mpirun, SLURM_PROCID: '0', SLURM_NTASKS: '4', SLURM_STEP_NUM_TASKS: '2' },
    ],
    ['PMIx, with the number of ranks told', { PMIX_RANK: '2', WORLD_SIZE: '4' }],
    ['an Indexed Job', { JOB_COMPLETION_INDEX: '2', WORLD_SIZE: '4' }],
  ])('is what %s says', (_name, env) => {
    expect(launchedBy(env)).toEqual({ share: { index: 2, of: 4 } });
  });

  test.each([
    ['nothing at all', {}, /^found no launcher: expected OMPI_COMM_WORLD_RANK and .*Kubernetes/],
    [
      'a batch script itself, of which there is one',
      { SLURM_PROCID: '0', SLURM_NTASKS: '4' },
      /^found SLURM_PROCID=0 and no SLURM_STEP_NUM_TASKS: this is the batch script itself/,
    ],
    [
      'an index without the number of them',
      { JOB_COMPLETION_INDEX: '3' },
      /^found JOB_COMPLETION_INDEX=3 and no WORLD_SIZE; expected it to be set/,
    ],
    [
      'mpirun in each pod of a Job',
      { ...mpirun, JOB_COMPLETION_INDEX: '1', WORLD_SIZE: '4' },
      /contradict each other: OMPI_COMM_WORLD_RANK=2 of .*, JOB_COMPLETION_INDEX=1 of WORLD_SIZE=4/,
    ],
    [
      'two that agree on the rank alone',
      { PMI_RANK: '2', PMI_SIZE: '8', ...mpirun },
      /contradict each other: .*\(Open MPI\), PMI_RANK=2 of PMI_SIZE=8 \(PMI\)/,
    ],
    ['no number', { PMI_RANK: 'two', PMI_SIZE: '4' }, /^found PMI_RANK=two; expected a whole/],
    ['a rank too many', { PMI_RANK: '4', PMI_SIZE: '4' }, /expected a rank below the number of/],
  ])('is an error with %s', (_name, env, problem) => {
    expect(launchedBy(env)).toEqual({ problem: expect.stringMatching(problem) });
  });

  test('every launcher has a row of its own variables', () => {
    const ranks = LAUNCHERS.map(({ rank }) => rank);
    expect(new Set(ranks).size).toBe(ranks.length);
    for (const { rank, size } of LAUNCHERS) {
      expect(launchedBy({ [rank]: '1', [size]: '3' })).toEqual({ share: { index: 1, of: 3 } });
    }
  });
});
