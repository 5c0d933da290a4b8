#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# install.sh LIST...: installs the Debian packages that the lists beside this file name (build, web, run, test) and that
# are missing. Calls neither apt nor sudo when all are there; starts no daemon.
set -eu

here=$(dirname "$0")
wanted=$(for list in "$@"; do grep -v '^#' "$here/$list.txt"; done | sort -u)

# Installed, or given by what is installed (the nodejs of others brings npm, and bears no other beside it).
present=$(dpkg-query -W -f '${db:Status-Status} ${Package}, ${Provides}\n' | sed -n 's/^installed //p' |
  sed 's/([^)]*)//g' | tr -s ', ' '\n')
missing=
for package in $wanted; do
  printf '%s\n' "$present" | grep -qxF "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    echo "Packages are missing:$missing" >&2
    echo "Run this as root, or install sudo, or install them by hand." >&2
    exit 1
  fi
}

echo "Installing:$missing"

# Debian asks this file before it starts a daemon of a package. One that is there already is the owner's word.
guard=/usr/sbin/policy-rc.d
if [ ! -e $guard ]; then
  trap 'as_root rm -f $guard' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  printf '#!/bin/sh\nexit 101\n' | as_root tee $guard >/dev/null
  as_root chmod 755 $guard
fi

as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q
# shellcheck disable=SC2086
as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing

# Installed just now for its program alone: not to start at the next boot either. (Debian's tool for this wants to be
# called by a package; systemctl need not be there.)
for package in $missing; do
  case $package in
    opentracker) unit=opentracker.service ;;
    nginx-light) unit=nginx.service ;;
    redis-server) unit=redis-server.service ;;
    *) continue ;;
  esac
  if command -v deb-systemd-helper >/dev/null; then
    as_root env DPKG_MAINTSCRIPT_PACKAGE="$package" deb-systemd-helper disable $unit >/dev/null || true
  fi
done
