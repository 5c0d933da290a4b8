#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Installs what is missing (Debian 12, as root or with sudo), builds everything with warnings as errors and runs the
# tests. The last line counts: "N passed, N failed". Exit status 0 only if nothing failed.
set -eu

usage() {
  cat <<EOF
Usage: tests/run.sh [OPTION]... [SUITE]...
  --quick        without the suites that start browsers and players (web, play, not the ones of hls)
  --asan         everything under AddressSanitizer and UndefinedBehaviorSanitizer
  --tsan         the swarm library's tests under ThreadSanitizer
  --no-install   touch no packages
  --build DIR    build folder (build; build-asan, build-tsan with a sanitizer)
With SUITEs only these: layering, support, unit, swarm, element, server, web, play,
hls, and those that run only if named: slow, soak (docs/hacking.md).
EOF
}

top=$(cd "$(dirname "$0")/.." && pwd)
# Debug information would take a fifth of the build. With a sanitizer, whose reports name lines, it is there.
install=yes build='' suites='' skipped=slow options=-Ddebug=false sanitizer='' patience=4
while [ $# -gt 0 ]; do
  case $1 in
    --quick) skipped='slow web play' ;;
    --asan) sanitizer=asan options='-Db_sanitize=address,undefined -Db_lundef=false' ;;
    --tsan) sanitizer=tsan options='-Db_sanitize=thread -Db_lundef=false' ;;
    --no-install) install=no ;;
    --build) build=${2:?--build wants a folder}; shift ;;
    -h | --help) usage; exit 0 ;;
    -*) usage >&2; exit 2 ;;
    *) suites="$suites $1" ;;
  esac
  shift
done

if [ $install = yes ]; then "$top/examples/packages/install.sh" build web run test; fi

cd "$top"
: "${build:=build${sanitizer:+-$sanitizer}}"
case $sanitizer in
  asan)
    patience=8
    # Programs that are not ours load our plugin: the runtime must come before everything else there (see Child).
    # And C programs have no libstdc++ yet when that looks for what it has to intercept.
    GST_TORRENT_PRELOAD="$(g++ -print-file-name=libasan.so) $(g++ -print-file-name=libstdc++.so.6)"
    export GST_TORRENT_PRELOAD
    # Without the last one GCC 12's runtime takes something else for a thread's variables, and the search for leaks crashes.
    export ASAN_OPTIONS="detect_stack_use_after_return=1:strict_string_checks=1:allocator_may_return_null=1:intercept_tls_get_addr=0"
    export LSAN_OPTIONS="suppressions=$top/tests/lsan.supp:print_suppressions=0"
    export UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1"
    ;;
  tsan)
    patience=12
    export TSAN_OPTIONS="suppressions=$top/tests/tsan.supp:halt_on_error=0:second_deadlock_stack=1"
    : "${suites:=unit swarm}"
    ;;
esac
# Slices of memory that GLib keeps for itself look like leaks.
export G_SLICE=always-malloc

# A build that fails is a failure that counts, too.
give_up() {
  echo "$1"
  echo '0 passed, 1 failed'
  exit 1
}

# With sanitizers g++ warns of what is not so.
werror=true
[ -z "$sanitizer" ] || werror=false
setup="-Dwerror=$werror -Dtests=enabled -Dplugin=enabled -Dserver=enabled $options"
if [ -f "$build/build.ninja" ]; then
  # shellcheck disable=SC2086
  meson configure "$build" $setup >/dev/null || give_up 'meson configure failed'
else
  # shellcheck disable=SC2086
  meson setup "$build" $setup || give_up 'meson setup failed'
fi

what=
if [ -n "$suites" ]; then
  # Meson builds what these need.
  for suite in $suites; do what="$what --suite $suite"; done
else
  ninja -C "$build" || give_up 'The build failed.'
  what=--no-rebuild
  for suite in $skipped; do what="$what --no-suite $suite"; done
fi
rm -f "$build"/meson-logs/testlog.*
status=0
# Twice as many at once as there are cores: most of them wait most of the time.
# shellcheck disable=SC2086
meson test -C "$build" --num-processes $((2 * $(nproc))) --print-errorlogs --timeout-multiplier $patience $what || status=$?
python3 tests/count.py "$build/meson-logs" || exit 1
exit $status
