# SPDX-License-Identifier: LGPL-2.1-or-later
"""ffmpeg and GStreamer play films as HLS from a swarm: every frame, in order, and the right one after a seek.

usage: players.py SERVER SEED MAKE FOLDER [FILM[:CONTAINER]...]    (as hls.py)
"""
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

from house import Program, ask, make, server

FPS = 25
WIDTH, HEIGHT = 160, 90
FILMS = ["h264-aac.mp4:ts", "h264-aac.mp4:fmp4", "tracks.mkv", "h264-ac3.mkv", "vp9-opus.webm", "h264-aac-wrap.ts",
         "h264-aac-list.flv", "h264-discontinuity.ts", "h264-discontinuity.ts:fmp4"]


def numbers(raw):
    """The frames' numbers: 16 columns of light and dark in the upper half."""
    size = WIDTH * HEIGHT
    return [sum((raw[at + 20 * WIDTH + bit * 10 + 5] > 128) << bit for bit in range(16)) for at in range(0, len(raw), size)]


def ffmpeg(url, *before, frames=None):
    command = ["ffmpeg", "-nostdin", "-v", "error", *before, "-i", url, "-map", "0:v:0",
               *(["-frames:v", str(frames)] if frames else []), "-vf", f"scale={WIDTH}:{HEIGHT}:flags=area", "-vsync",
               "passthrough", "-pix_fmt", "gray", "-f", "rawvideo", "-"]
    return numbers(subprocess.run(command, capture_output=True, timeout=60, check=True).stdout)


def gstreamer(url, folder, player):
    """playbin has hlsdemux take the playlists apart, playbin3 hlsdemux2."""
    out = os.path.join(folder, "pictures")
    sink = (f"videoconvert ! videoscale method=4 ! video/x-raw,format=GRAY8,width={WIDTH},height={HEIGHT} ! "
            f"filesink sync=false location={out}")
    command = ["gst-launch-1.0", "-q", player, f"uri={url}", f"video-sink={sink}", "audio-sink=fakesink sync=false"]
    # playbin3 of GStreamer 1.22 hangs now and then while it starts.
    for left in reversed(range(3 if player == "playbin3" else 1)):
        try:
            subprocess.run(command, capture_output=True, timeout=90 if player == "playbin" else 40, check=True, text=True)
            break
        except subprocess.TimeoutExpired:
            if not left:
                raise
    with open(out, "rb") as file:
        return numbers(file.read())


def all_in_order(got, player):
    print(f"  {player}: {len(got)} frames, {got[:1]} to {got[-1:]}")
    assert got == list(range(got[0], got[0] + len(got))), f"{player}: not one after the other: {got[:60]}"
    assert got[0] <= 1 and len(got) >= 248, f"{player}: {len(got)} frames from {got[0]}"


def seeks(url, chance):
    for _ in range(4):
        second = chance.uniform(1, 18)
        began = time.monotonic()
        got = ffmpeg(url, "-ss", f"{second:.3f}", frames=1)
        wanted = second * FPS
        print(f"  ffmpeg at {second:.3f} s, frame {wanted:.1f}: {got} after {time.monotonic() - began:.2f} s")
        assert got and abs(got[0] - wanted) <= 3.5, f"ffmpeg: frame {got}, not {wanted:.1f}, at {second:.3f} s"


def main(server_program, seed_program, make_program, folder, *films):
    if not shutil.which("ffmpeg"):
        print("ffmpeg is missing: install the Debian package")
        return 77
    films = films or FILMS
    names = sorted({film.partition(":")[0] for film in films})
    unmade = make(make_program, folder, names)
    wrong = []
    with tempfile.TemporaryDirectory(dir=folder) as shared, tempfile.TemporaryDirectory() as home:
        for name in (n for n in names if n not in unmade):
            os.link(os.path.join(folder, name), os.path.join(shared, name))
        with Program([seed_program, "--seeders=2", shared], r"magnet:\S+") as seed, server(server_program, home) as served:
            info_hash = ask(served.said + "/api/torrents", {"magnetUri": seed.said})["infoHash"]
            files = {f["name"]: f for f in ask(f"{served.said}/api/torrents/{info_hash}/files")["files"]}
            for film in (f for f in films if f.partition(":")[0] not in unmade):
                name, _, container = film.partition(":")
                print(film, flush=True)
                url = served.said + files[name]["hlsUrl"] + (f"?container={container}" if container else "")
                # What ffmpeg's own demuxer of HLS (libavformat 59) can't do: seek in fMP4; and where sound has playlists
                # of its own, it takes their first time for the picture's, and leaves out a segment's first pictures.
                with urllib.request.urlopen(url) as answer:
                    apart = "TYPE=AUDIO" in answer.read().decode()
                tries = [lambda: all_in_order(ffmpeg(url), "ffmpeg"),
                         *([lambda: seeks(url, random.Random(film))] if not apart and container != "fmp4" else []),
                         *(lambda d=d: all_in_order(gstreamer(url, home, d), d) for d in ("playbin", "playbin3"))]
                for attempt in tries:
                    try:
                        attempt()
                    except (AssertionError, subprocess.SubprocessError) as error:
                        said = getattr(error, "stderr", None) or b""
                        wrong.append(film)
                        print("  WRONG:", str(error)[:600], (said if isinstance(said, str) else said.decode())[-600:], flush=True)
    print(f"wrong: {', '.join(wrong)}" if wrong else "all play")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
