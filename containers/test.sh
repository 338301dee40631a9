#!/usr/bin/env bash
# The image's own test (`apptainer test`): under a minute, no network, nothing written but in a temporary folder.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
export ASCENT_CACHE_DIR="$work/cache"
cd "$work"
python "${ASCENT_CONTAINERS:-$(dirname "$0")}/self_test.py"

ranks="mpirun -n 2 --oversubscribe --mca btl_vader_single_copy_mechanism none"
[ "$(id -u)" = 0 ] && ranks="$ranks --allow-run-as-root"
content() { python -c 'import json, pathlib, sys; print(json.load(open(next(pathlib.Path(sys.argv[1]).glob("*/manifest.json"))))["content_sha256"])' "$1"; }
ascent +run=0 results.directory="$work/one" results.archive=none >"$work/one.log" 2>&1 || { cat "$work/one.log"; exit 1; }
$ranks ascent +run=0 results.directory="$work/two" results.archive=none >"$work/two.log" 2>&1 || { cat "$work/two.log"; exit 1; }
one=$(content "$work/one") two=$(content "$work/two")
[ "$one" = "$two" ] || { echo "2 ranks gave $two, 1 process $one"; exit 1; }
echo "ok: 2 ranks give what 1 process gives ($one)"
