# The image of ascent for OCI tools (docker, podman, buildah). From a checkout:
#   docker build -t ascent . && docker run --rm -v "$PWD:/work" ascent +run=3
# BASE may be any Debian 12; SOURCE_DATE_EPOCH fixes every time in what is installed.
ARG BASE=debian:bookworm-slim
FROM ${BASE} AS build
ARG SOURCE_DATE_EPOCH=0
COPY containers/system.sh /source/containers/system.sh
RUN /source/containers/system.sh python3 python3-dev python3-venv g++ make
COPY pyproject.toml requirements-image.lock README.md LICENSE /source/
COPY containers /source/containers
COPY conf /source/conf
COPY hydra_plugins /source/hydra_plugins
COPY ascent /source/ascent
RUN SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH} /source/containers/build.sh /source /opt/ascent \
    && cp /source/containers/self_test.py /source/containers/ranks_test.py /source/containers/test.sh /opt/ascent/bin/

FROM ${BASE}
ARG REVISION=unknown
COPY containers/system.sh /opt/system.sh
RUN /opt/system.sh python3 libgomp1 libquadmath0 libgl1 libglu1-mesa libxmu6 openssh-client && rm /opt/system.sh
COPY --from=build /opt/ascent /opt/ascent
ENV PATH=/opt/ascent/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    ASCENT_PREBUILT_DIR=/opt/ascent/mechanisms \
    LC_ALL=C.UTF-8 PYTHONNOUSERSITE=1 PYTHONDONTWRITEBYTECODE=1 \
    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 \
    MPLBACKEND=Agg MPLCONFIGDIR=/tmp/matplotlib HDF5_USE_FILE_LOCKING=FALSE NEURON_MODULE_OPTIONS=-nogui \
    OMPI_MCA_btl_vader_single_copy_mechanism=none OMPI_MCA_btl_sm_use_cma=0 \
    OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
LABEL org.opencontainers.image.title="ascent" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.revision="${REVISION}" \
      mpi.flavour="Open MPI 5"
WORKDIR /work
ENTRYPOINT ["ascent"]
