#!/bin/bash
#SBATCH --job-name=confab
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=2
#SBATCH --cpus-per-task=2
#SBATCH --time=00:30:00
# One run played by four processes on two nodes, each a quarter of the conversations at the times of the whole:
#   sbatch configs/launch/slurm.sh configs/multi-round-qa.yaml --url http://vllm:8000
# They meet in a folder of the job's, on a file system that all nodes have, and begin at one instant; rank 0 prints the
# report of all. `mpirun confab …` does in place of `srun … confab …`.
set -euo pipefail
runs=runs/slurm-${SLURM_JOB_ID:?is not set: start this with sbatch}
srun --cpus-per-task="${SLURM_CPUS_PER_TASK:-1}" \
  confab run "$@" --partition auto --rendezvous "$runs"
