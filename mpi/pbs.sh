#!/bin/bash
# One study over the ranks of one PBS job:
#     qsub -v ASCENT_ARGUMENTS="+run=3 seed=1" mpi/pbs.sh
#     qsub -v ASCENT_ARGUMENTS="resume results/…_running" mpi/pbs.sh
# Options on qsub's command line beat the lines below; change them to what your cluster has.
#PBS -N ascent
#PBS -l select=1:ncpus=16:mpiprocs=16:mem=32gb
#PBS -l walltime=04:00:00
#PBS -j oe
set -euo pipefail
cd "${PBS_O_WORKDIR:-.}"

# module load openmpi                  # an MPI that mpi4py was built for; or the one of pip install "ascent-nerve[mpi]"
# source "$HOME/ascent/bin/activate"   # the environment that ascent is installed in

# One rank for each line of the job's list of nodes, which an mpirun that knows PBS finds by itself.
hosts=(); [ -n "${PBS_NODEFILE:-}" ] && hosts=(--hostfile "$PBS_NODEFILE" -n "$(wc -l <"$PBS_NODEFILE")")
# The arguments are words without spaces in them, so they may be split.
exec mpirun "${hosts[@]}" ${ASCENT_MPIRUN_OPTIONS:-} ascent ${ASCENT_ARGUMENTS:-+run=3}
