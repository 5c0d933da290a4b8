# SPDX-License-Identifier: LGPL-2.1-or-later
"""How long HLS lets a viewer wait on a slow swarm, against what the same line needs for the film as it is.

usage: bench_hls.py SERVER SEED OUT [RATE]    (KiB/s of the swarm, 800; OUT as of hls.py)

Start: from the master playlist to the first picture in Chromium; goal: 1.5 times what ffmpeg takes for the first 2 s of the
film's bytes. Seek: to the picture; goal: the segment's bytes at the line's rate and 1 s. Each figure is of a server that
knows nothing yet.
"""
import contextlib
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

from hls import HERE, hls_js
from house import Program, Site, ask, server
from play import make_film
from webdriver import Browser

ROUNDS = 3


def films(out):
    """The same minute in several containers; the mp4's index is at its end."""
    mp4 = f"{out}/film.mp4"
    make_film(mp4)
    for ending in ("mkv", "ts"):
        path = f"{out}/film.{ending}"
        if not os.path.exists(path):
            subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-i", mp4, "-c", "copy", path], check=True)
    return [mp4, f"{out}/film.mkv", f"{out}/film.ts"]


class Swarm:
    """A film, seeders behind a slow line, a fresh server."""

    def __init__(self, programs, film, rate):
        with contextlib.ExitStack() as running:
            folder = running.enter_context(tempfile.TemporaryDirectory())
            seed = running.enter_context(Program([programs[1], f"--rate={rate}", "--delay=20", "--piece-size=256", film],
                                                 r"magnet:\S+"))
            self.base = running.enter_context(server(programs[0], folder)).said
            self.info_hash = ask(self.base + "/api/torrents", {"magnetUri": seed.said})["infoHash"]
            self.running = running.pop_all()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.running.close()


def raw(programs, film, rate):
    with Swarm(programs, film, rate) as swarm:
        began = time.monotonic()
        subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-i", f"{swarm.base}/stream/proxy/{swarm.info_hash}?fileIndex=0",
                        "-t", "2", "-f", "null", "-"], check=True, timeout=120)
        return time.monotonic() - began


def hls(programs, film, rate, browser, page):
    with Swarm(programs, film, rate) as swarm:
        browser.open(page)
        url = f"{swarm.base}/hls/{swarm.info_hash}/0/master.m3u8"
        began = time.monotonic()
        browser.run("await load(args[0], {maxBufferLength: 6})", url)
        start = time.monotonic() - began
        time.sleep(1)  # what was asked for ahead is on its way
        began = time.monotonic()
        browser.run("return await seek(45.5)")
        seek = time.monotonic() - began
        with urllib.request.urlopen(browser.run("return player.levels[0].details.fragments"
                                                ".find(f => f.end > film.currentTime).url")) as segment:
            size = len(segment.read())
        return start, seek, size


def main(server_program, seed_program, out, rate="800"):
    programs, rate = (server_program, seed_program), int(rate)
    os.makedirs(out, exist_ok=True)
    script = hls_js(out)
    with Site({"hls.html": pathlib.Path(HERE, "hls.html"), "hls.js": script}) as site, Browser() as browser:
        print(f"{rate} KiB/s; medians of {ROUNDS}\nfilm      raw s    HLS s    ratio (goal 1.5)    seek s    segment at the rate + 1 s")
        for film in films(out):
            plain = statistics.median(raw(programs, film, rate) for _ in range(ROUNDS))
            starts, seeks, sizes = zip(*(hls(programs, film, rate, browser, site.url + "hls.html") for _ in range(ROUNDS)))
            start, seek = statistics.median(starts), statistics.median(seeks)
            print(f"{os.path.basename(film):9} {plain:5.2f}    {start:5.2f}    {start / plain:5.2f}               {seek:5.2f}"
                  f"     {sizes[0] / 1024 / rate + 1:5.2f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
