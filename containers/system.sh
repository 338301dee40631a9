#!/usr/bin/env bash
# Debian packages of an image, then everything that apt leaves and that differs from build to build is removed:
# system.sh PACKAGE…
# It leaves /tmp and the homes alone: Apptainer binds the host's there while it builds.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "$@" >/dev/null
apt-get clean
rm -rf /var/lib/apt/lists/* /var/log/* /var/cache/apt /var/cache/debconf /var/cache/ldconfig /etc/machine-id /var/lib/dbus/machine-id
rm -rf /usr/share/doc /usr/share/man /usr/share/info /usr/share/locale /usr/share/lintian
find / -xdev -name __pycache__ -path '*python3*' -prune -exec rm -rf {} + 2>/dev/null || true
touch /etc/machine-id
