#!/bin/bash
# One study over the ranks of one PBS job, in the image:
#     qsub -v ASCENT_ARGUMENTS="+run=3 seed=1",ASCENT_IMAGE_FILE=$PWD/ascent.sif mpi/pbs_image.sh
# Options on qsub's command line beat the lines below; change them to what your cluster has.
#PBS -N ascent
#PBS -l select=1:ncpus=16:mpiprocs=16:mem=32gb
#PBS -l walltime=04:00:00
#PBS -j oe
set -euo pipefail
cd "${PBS_O_WORKDIR:-.}"
image=${ASCENT_IMAGE_FILE:-ascent.sif}
ranks=1; nodes=1
if [ -n "${PBS_NODEFILE:-}" ]; then
  ranks=$(wc -l <"$PBS_NODEFILE") nodes=$(sort -u "$PBS_NODEFILE" | wc -l)
fi

# On one node the image's own mpirun needs nothing of the host.
if [ "$nodes" = 1 ]; then
  exec env -u PBS_NODEFILE -u PBS_JOBID apptainer exec ${ASCENT_APPTAINER_OPTIONS:-} "$image" \
    mpirun -n "$ranks" ${ASCENT_MPIRUN_OPTIONS:-} ascent ${ASCENT_ARGUMENTS:-+run=3}
fi
# Over several nodes the host's Open MPI 5 starts the ranks and the image's takes part (the same major version).
# module load openmpi/5
exec mpirun --hostfile "$PBS_NODEFILE" -n "$ranks" ${ASCENT_MPIRUN_OPTIONS:-} \
  apptainer run ${ASCENT_APPTAINER_OPTIONS:-} "$image" ${ASCENT_ARGUMENTS:-+run=3}
