#!/usr/bin/env bash
# Builds what both images carry, from a checkout, into one folder: build.sh SOURCE PREFIX
# A virtual environment from the lock with hashes, the package, and the mechanisms compiled for both engines, the
# batch engine's for every instruction set it knows. Needs python3-venv, g++ and make. What two builds of one commit
# on one base give is the same byte for byte: times are set to SOURCE_DATE_EPOCH and byte code goes by content.
set -euo pipefail
source=$(cd "${1:?usage: build.sh SOURCE PREFIX}" && pwd)
prefix=${2:?usage: build.sh SOURCE PREFIX}
epoch=${SOURCE_DATE_EPOCH:-0}
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1 PIP_ROOT_USER_ACTION=ignore
export PYTHONHASHSEED=0 LC_ALL=C.UTF-8

python3 -m venv "$prefix"
"$prefix/bin/python" -m pip install --quiet --no-compile --require-hashes -r "$source/requirements-image.lock"
"$prefix/bin/python" -m pip install --quiet --no-compile --no-deps --no-build-isolation "$source"
# pip is not needed in a read-only image, nor are the tests, headers and static libraries of what was installed.
"$prefix/bin/python" -m pip uninstall --quiet --yes setuptools pip
packages=$("$prefix/bin/python" -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])')
for library in numpy scipy pandas matplotlib pyarrow seaborn sympy sqlalchemy joblib networkx; do
  [ -d "$packages/$library" ] && find "$packages/$library" -depth -type d -name tests ! -path '*/testing/*' -exec rm -rf {} +
done
rm -rf "$packages/pyarrow/include" "$packages/numpy/_core/include"

ASCENT_CACHE_DIR="$prefix/mechanisms" "$prefix/bin/ascent" mechanisms build --any-processor
find "$prefix" -name '*.lock' -path "$prefix/mechanisms/*" -delete
# NEURON's compiler writes the temporary folder's name, of a fixed length, into the library, and the linker a hash of it.
find "$prefix/mechanisms" -name 'libnrnmech.so' -exec env LC_ALL=C sed -i 's/\.build\.[a-z0-9_]\{8\}/.build.00000000/g' {} \; \
  -exec objcopy --remove-section .note.gnu.build-id {} \;
# Scripts and paths that pip wrote name temporary folders in these records.
find "$packages" -name direct_url.json -delete
find "$packages" -name RECORD -exec sed -i '/direct_url.json/d; /\.pyc,/d' {} +

find "$prefix" -name __pycache__ -prune -exec rm -rf {} +
"$prefix/bin/python" -m compileall -q -j 0 --invalidation-mode unchecked-hash "$packages" >/dev/null || true
(cd "$prefix" && find . -type f ! -name image.digest -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum |
  cut -d ' ' -f 1 | sed 's/^/sha256:/' > image.digest)
find "$prefix" -exec touch --no-dereference --date="@$epoch" {} +
du -sm "$packages"/* | sort -rn | sed -n 1,15p  # head would end before sort has written all, which is an error here
du -sm "$prefix"
echo "$prefix: $(cat "$prefix/image.digest")"
