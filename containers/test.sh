#!/usr/bin/env bash
# The image's own test (`apptainer test`): under a minute, no network, nothing written but in a temporary folder.
set -euo pipefail
here=$(cd "${ASCENT_CONTAINERS:-$(dirname "$0")}" && pwd)
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
ASCENT_CACHE_DIR="$work/cache" python "$here/self_test.py"
python "$here/ranks_test.py"
