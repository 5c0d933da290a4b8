#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# quickstart.sh [MAGNET]: installs what is missing (Debian 12), builds, starts the server and prints what to try.
# Without a magnet it makes a film of a minute, shares it on this machine by a second process and adds that: nothing
# leaves the machine. Ctrl-C ends everything. Settings come from the environment (PORT, HOST, TORRENT_DOWNLOAD_PATH …).
set -eu

usage() {
  cat <<EOF
Usage: examples/quickstart.sh [OPTION]... [MAGNET]
  --no-install   touch no packages
  --build DIR    build folder (build)
EOF
}

top=$(cd "$(dirname "$0")/.." && pwd)
install=yes build=$top/build magnet=
while [ $# -gt 0 ]; do
  case $1 in
    --no-install) install=no ;;
    --build) build=${2:?--build wants a folder}; shift ;;
    -h | --help) usage; exit 0 ;;
    magnet:*) magnet=$1 ;;
    *) usage >&2; exit 2 ;;
  esac
  shift
done

fail() {
  echo "quickstart: $1" >&2
  exit 1
}

# Ends what was started, whatever happens: by process id, waiting for it.
seed="" server="" work=$(mktemp -d)
stop() {
  status=$?
  trap '' INT TERM
  for pid in $server $seed; do kill "$pid" 2>/dev/null || true; done
  for pid in $server $seed; do wait "$pid" 2>/dev/null || true; done
  rm -rf "$work"
  exit $status
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# first_line FILE PATTERN PID SECONDS: waits for a line; fails when the process ends first or the time is over.
first_line() {
  tries=$(($4 * 20))
  until grep -m 1 -e "$2" "$1" 2>/dev/null; do
    kill -0 "$3" 2>/dev/null || return 1
    tries=$((tries - 1))
    [ $tries -gt 0 ] || return 1
    sleep 0.05
  done
}

# --- packages and build ---------------------------------------------------------------------------------------------
if [ $install = yes ]; then "$top/examples/packages/install.sh" build web run; fi
echo 'Building (some minutes the first time) …'
[ -f "$build/build.ninja" ] || meson setup -Ddebug=false "$build" "$top" >"$work/build.log" 2>&1 ||
  fail "meson: $(tail -n 20 "$work/build.log")"
targets='server/gst-torrent-server tests/support/gst-torrent-seed gst/plugin/libgsttorrent.so'
if [ -t 1 ]; then
  # shellcheck disable=SC2086
  ninja -C "$build" $targets || fail 'the build failed'
else
  # shellcheck disable=SC2086
  ninja -C "$build" $targets >"$work/build.log" 2>&1 || {
    tail -n 40 "$work/build.log" >&2
    fail 'the build failed'
  }
fi

# --- a film to share ------------------------------------------------------------------------------------------------
make_film() {
  echo 'Making a film of one minute …'
  gst-launch-1.0 -q \
    videotestsrc num-buffers=1500 pattern=zone-plate kx2=6 ky2=4 kt=2 ! video/x-raw,width=640,height=360,framerate=25/1 \
      ! x264enc speed-preset=veryfast bitrate=1500 key-int-max=50 \
      ! video/x-h264,profile=main ! h264parse ! queue ! mux. \
    audiotestsrc num-buffers=2813 wave=ticks ! audio/x-raw,rate=48000,channels=2 ! avenc_aac ! aacparse ! queue ! mux. \
    mp4mux name=mux ! filesink location="$1.part"
  mv "$1.part" "$1"
}

sample=no
if [ -z "$magnet" ]; then
  sample=yes
  film=$build/quickstart/sample.mp4
  mkdir -p "$build/quickstart"
  [ -f "$film" ] || make_film "$film"
  "$build/tests/support/gst-torrent-seed" --with-parent "$film" >"$work/seed.out" 2>"$work/seed.log" &
  seed=$!
  magnet=$(first_line "$work/seed.out" '^magnet:' $seed 20) || fail "can't share the film: $(cat "$work/seed.log")"
  # This swarm is on this machine only, and so is all that is done for it.
  export TORRENT_LISTEN="${TORRENT_LISTEN:-127.0.0.1:0}" TORRENT_DHT=false TORRENT_LSD=false
  export TORRENT_PORT_MAPPING=false TRACKER_INJECT=false
  export TORRENT_DOWNLOAD_PATH="${TORRENT_DOWNLOAD_PATH:-$work/downloads}" STATE_PATH="${STATE_PATH:-$work/state}"
fi

# --- the server -----------------------------------------------------------------------------------------------------
port_is_free() {
  python3 -c 'import socket, sys
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
try: s.bind((sys.argv[1], int(sys.argv[2])))
except OSError: sys.exit(1)' "${HOST:-}" "$1"
}

if [ -z "${PORT:-}" ]; then
  PORT=7000
  port_is_free $PORT || {
    echo "Port $PORT is taken: using another one (set PORT to choose)."
    PORT=0
  }
fi
export PORT
"$build/server/gst-torrent-server" >"$work/server.out" 2>"$work/server.log" &
server=$!
line=$(first_line "$work/server.out" 'listening on ' $server 15) || {
  cat "$work/server.log" >&2
  fail 'the server does not start'
}
PORT=$(printf '%s\n' "$line" | sed -n 's/.*:\([0-9][0-9]*\).*/\1/p')
case ${HOST:-} in '' | 0.0.0.0 | ::) host=localhost ;; *:*) host="[$HOST]" ;; *) host=$HOST ;; esac
url=http://$host:$PORT

# --- the torrent ----------------------------------------------------------------------------------------------------
request=$(python3 -c 'import json, sys; print(json.dumps({"magnetUri": sys.argv[1]}))' "$magnet")
answer=$(curl -sS --max-time 60 -H 'Content-Type: application/json' -d "$request" "$url/api/torrents") ||
  fail "the server does not answer"
hash=$(printf '%s' "$answer" | python3 -c '
import json, sys
answer = json.load(sys.stdin)
if not answer.get("success"): sys.exit(answer.get("message", "the torrent was refused"))
print(answer["data"]["infoHash"])
for file in answer["data"]["files"]: print("  {index}  {path}  ({length} bytes)".format(**file), file=sys.stderr)
') || fail "the server refused the magnet"

hls=$(curl -sS --max-time 60 "$url/api/torrents/$hash/files" | python3 -c '
import json, sys
films = [file for file in json.load(sys.stdin)["data"]["files"] if file["isVideo"]]
if films: print(max(films, key=lambda file: file["length"])["hlsUrl"])')

cat <<EOF

Ready. Try, while this runs:
  curl     curl -r 0-99999 -o part.mp4 '$url/stream/proxy/$hash'
           curl '$url/api/torrents/$hash/files'
  browser  $url/#/t/$hash
  player   gst-play-1.0 '$url/stream/proxy/$hash'
EOF
# A TV needs this machine's address in the network.
lan=$([ -n "${HOST:-}" ] || hostname -I 2>/dev/null | cut -d ' ' -f 1)
[ -z "$hls" ] || echo "  TV, HLS  http://${lan:-$host}:$PORT$hls"
# The server's download folder is its own while it runs, so the element gets another one.
session="download-path=$work/element, state-path=$work/element"
if [ $sample = yes ]; then
  session="$session, listen=127.0.0.1:0, dht=false, lsd=false, port-mapping=false, inject-trackers=false"
fi
cat <<EOF
  element  export GST_PLUGIN_PATH='$build/gst/plugin' GST_TORRENT_SESSION='$session'
           gst-play-1.0 '$magnet'
EOF
echo
echo "The server's log is $work/server.log. Ctrl-C ends it all."

# Interrupted by the traps above.
wait $server || {
  tail -n 20 "$work/server.log" >&2
  fail 'the server has ended'
}
