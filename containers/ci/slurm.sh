#!/usr/bin/env bash
# Runs the tests that need a Slurm against a real one on this machine: slurm.sh [TOOLS]
# TOOLS is a folder with start-slurm, which installs and starts a Slurm of one node (as root). A Slurm that runs already
# is used as it is; without either this says so and does nothing.
set -euo pipefail
cd "$(dirname "$0")/../.."
tools=${1:-}
python=${PYTHON:-.venv/bin/python}
up() { sinfo --noheader --format=%T 2>/dev/null | grep -Eq 'idle|mixed|allocated'; }
if ! up; then
  if [ "$(id -u)" != 0 ] || [ ! -x "$tools/start-slurm" ]; then
    echo "Slurm: skipped, there is none here"
    exit 0
  fi
  "$tools/start-slurm"
  trap 'scontrol shutdown' EXIT
fi
"$python" -m pytest -q tests/slurm
