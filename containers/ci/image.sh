#!/usr/bin/env bash
# Builds both images from this checkout's commit and uses them: image.sh [TOOLS]
# TOOLS is a folder with install-apptainer and make-base-image, for machines that have no Apptainer or reach no image
# registry. Without Apptainer and without TOOLS it says so and does nothing. Built images and the base are kept in
# $ASCENT_CI_CACHE (default ~/.cache/ascent-ci) by what they are made of, so that a second run is quick.
# $PYTHON (default .venv/bin/python) runs the tests of tests/containers.
set -euo pipefail
cd "$(dirname "$0")/../.."
tools=${1:-}
cache=${ASCENT_CI_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ascent-ci}
mkdir -p "$cache"
[ -n "$tools" ] && [ -x "$tools/install-apptainer" ] && "$tools/install-apptainer"
if ! command -v apptainer >/dev/null; then
  echo "image: skipped, there is no Apptainer here"
  exit 0
fi
base=()
if [ -n "$tools" ] && [ -x "$tools/make-base-image" ]; then
  "$tools/make-base-image" "$cache/base"
  base=(--build-arg bootstrap=localimage --build-arg "from=$cache/base")
fi
if ! command -v buildah >/dev/null && [ -n "$tools" ] && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  apt-get install -y -qq buildah >/dev/null || true
fi

# Built from the commit, not from what lies about in the checkout; a checkout without git is taken as it is.
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
epoch=$(git log -1 --pretty=%ct 2>/dev/null || echo 0)
revision=$(git rev-parse HEAD 2>/dev/null || echo unknown)
parts=(ascent hydra_plugins conf containers apptainer.def Dockerfile .dockerignore pyproject.toml requirements-image.lock README.md LICENSE)
source=$work/source
mkdir "$source"
if [ "$revision" != unknown ]; then
  git archive HEAD "${parts[@]}" | tar -x -C "$source"
else
  cp -a "${parts[@]}" "$source"
fi
made_of=$(cd "$source" && find . -type f ! -name '*.pyc' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c 1-16)

export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
build_oci() {
  local oci_base=${ASCENT_OCI_BASE:-} scratch
  if [ -z "$oci_base" ] && [ -d "$cache/base" ]; then
    oci_base=localhost/ascent-base
    if ! buildah inspect --type image "$oci_base" >/dev/null 2>&1; then
      scratch=$(buildah from scratch)
      buildah copy -q "$scratch" "$cache/base" / >/dev/null
      buildah commit -q "$scratch" "$oci_base" >/dev/null
      buildah rm "$scratch" >/dev/null
    fi
  fi
  buildah inspect --type image "localhost/ascent:$made_of" >/dev/null 2>&1 ||
    buildah build -q ${oci_base:+--build-arg "BASE=$oci_base"} --build-arg "SOURCE_DATE_EPOCH=$epoch" \
      --build-arg "REVISION=$revision" --timestamp "$epoch" -t "ascent:$made_of" "$source"
}
build_sif() {
  [ -f "$image" ] && return
  rm -f "$cache"/ascent-*.sif
  (cd "$source" && SOURCE_DATE_EPOCH=$epoch apptainer build --force --fakeroot --notest \
    --mksquashfs-args "-comp zstd -Xcompression-level 3" "${base[@]}" \
    --build-arg "epoch=$epoch" --build-arg "revision=$revision" "$image.part" apptainer.def) && mv "$image.part" "$image"
}
image=$cache/ascent-$made_of.sif

# Side by side: each mostly waits for downloads and one compiler.
oci=
if command -v buildah >/dev/null; then
  build_oci >"$work/oci.log" 2>&1 & oci=$!
fi
build_sif >"$work/sif.log" 2>&1 || { tail -n 40 "$work/sif.log"; echo "image: apptainer build failed"; exit 1; }
grep -E '^[0-9]+[[:space:]]+/opt/ascent' "$work/sif.log" || true
echo "image: $(du -m "$image" | cut -f 1) MB, sha256 $(sha256sum "$image" | cut -d ' ' -f 1)"
if [ -n "$oci" ]; then
  wait "$oci" || { tail -n 40 "$work/oci.log"; echo "OCI image: buildah build failed"; exit 1; }
fi

apptainer test --userns "$image"
closed=(--userns --cleanenv --containall --bind "$work" --pwd "$work")
apptainer run "${closed[@]}" "$image" +run=3
(cd "$work"/results && sha256sum -c ./*.tar.gz.sha256)
apptainer run "${closed[@]}" "$image" verify "$source/conf/verify/nerve"
ASCENT_IMAGE_FILE=$image "${PYTHON:-.venv/bin/python}" -m pytest -q tests/containers

if [ -z "$oci" ]; then
  echo "OCI image: skipped, there is no buildah here"
  exit 0
fi
container=$(buildah from "localhost/ascent:$made_of")
trap 'buildah rm "$container" >/dev/null; rm -rf "$work"' EXIT
buildah run --env ASCENT_CACHE_DIR=/tmp/cache "$container" -- ascent +run=0 results.directory=/tmp/results
buildah run "$container" -- bash /opt/ascent/bin/test.sh
echo "OCI image: ran"
