#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""hostile.py SERVER SEED FOLDER [--variants N] [--seed N] [--log FILE] [NAME…]: films damaged at random.

Damages each film of FOLDER (../media/make.py makes what is missing) in N ways, and asks one server for its playlists, all
their segments, and a picture. Every question has to be answered in time, with what was asked for or with an error that
says that the film is damaged; and the server has to live, and to end with status 0: built with AddressSanitizer it tells
of leaks so. Prints what was answered otherwise; exits with 1 if there is any. A seed damages in the same way each time; a
film that broke something is kept beside the log.
"""
import argparse
import concurrent.futures
import fnmatch
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import world  # noqa: E402  pylint: disable=wrong-import-position

# One of each reader there is.
FILMS = ["h264-aac.mp4", "h264-aac-faststart.mp4", "h264-fragmented.mp4", "h264-fragmented-sidx.mp4", "tracks.mp4",
         "h264-aac.mkv", "h264-aac-live.mkv", "tracks.mkv", "vp9-opus.webm", "h264-aac.ts", "h264-aac.m2ts",
         "h264-discontinuity.ts", "hevc-aac.mkv", "h264-mp3.avi", "h264-pcm.avi", "h264-aac-list.flv", "h264-pcm.mov",
         "av1-aac.mp4", "mpeg2-mp2.mpg", "wmv2-wma.wmv", "mpeg4-mp3.avi", "sound.mp3", "sound.m4a", "sound.aac", "sound.flac",
         "sound.ogg", "sound.opus", "sound.wav", "sound.ac3", "h264-dts.mkv", "h264-flac.mkv"]
QUERIES = ("client=&container=", "client=vlc&container=fmp4")
UNPLAYABLE = (415, 422)  # for what it has become, or for the damage
PATIENCE = 30.0


def flipped(film, chance, begin, end, count):
    for _ in range(count):
        film[chance.randrange(begin, end)] = chance.choice((0, 0xff, 0x7f, 0x80, chance.randrange(256)))


def damage(film, chance):
    """Most damage is where it hurts: in headers, and in indexes at the end."""
    size = len(film)
    kind = chance.randrange(8)
    if kind < 2:
        flipped(film, chance, 0, min(size, 1024), chance.choice((1, 3, 10)))
    elif kind < 4:
        flipped(film, chance, max(0, size - 16384), size, chance.choice((3, 20, 200)))
    elif kind == 4:
        flipped(film, chance, 0, size, chance.choice((10, 100, 1000)))
    elif kind == 5:
        begin = chance.randrange(size)
        rubbish = chance.randbytes(min(chance.choice((100, 5000, 60000)), size - begin))
        film[begin:begin + len(rubbish)] = rubbish
    elif kind == 6:
        begin = chance.randrange(size)
        del film[begin:begin + chance.choice((1, 7, 188, 4096, 100000))]
    else:
        begin, length = chance.randrange(size), chance.choice((1, 188, 5000, 50000))
        film[begin:begin] = film[begin:begin + length]
    return film


class Questions:
    """All there is to ask about one film."""

    def __init__(self, url):
        self.url = url
        self.wrong = []
        self.asked = 0

    def ask(self, url, allowed=UNPLAYABLE):
        begun = time.monotonic()
        status, text = world.get(url)
        self.asked += 1
        waited = time.monotonic() - begun
        if waited > PATIENCE:
            self.wrong.append(f"{url}: took {waited:.0f} s")
        if status != 200 and status not in allowed:
            self.wrong.append(f"{url}: {status} {world.message(text)}")
        if status == 200 and not text:
            self.wrong.append(f"{url}: is empty")
        return text if status == 200 else ""

    def playlist(self, url):
        text = self.ask(url)
        for line in dict.fromkeys(re.findall(r'^[^#\n].*|URI="[^"]*"', text, re.MULTILINE)):
            inner = urllib.parse.urljoin(url, line.removeprefix('URI="').removesuffix('"'))
            if inner.split("?")[0].endswith(".m3u8"):
                self.playlist(inner)
            else:
                self.ask(inner)

    def all(self):
        for query in QUERIES:
            self.playlist(f"{self.url}?{query}")
        picture = re.sub(r"/hls/([0-9a-f]+)/(\d+)/.*", r"/api/torrents/\1/pictures/\2?wait=20", self.url)
        self.ask(picture, (404, *UNPLAYABLE))
        return self


def variants(arguments, folder):
    """Written to `folder`, by name."""
    for name in FILMS:
        if arguments.names and not any(fnmatch.fnmatch(name, pattern) for pattern in arguments.names):
            continue
        with open(os.path.join(arguments.folder, name), "rb") as file:
            film = file.read()
        stem, ending = os.path.splitext(name)
        for number in range(arguments.variants):
            chance = random.Random(f"{arguments.seed} {name} {number}")
            path = os.path.join(folder, f"{stem}-{arguments.seed}-{number}{ending}")
            with open(path, "wb") as file:
                file.write(damage(bytearray(film), chance))
            yield path


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("server")
    parser.add_argument("seed_exe", metavar="seed")
    parser.add_argument("folder")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--variants", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2)
    parser.add_argument("--log", help="the server's")
    arguments = parser.parse_intermixed_args()
    made = subprocess.run([sys.executable, "-B", os.path.join(os.path.dirname(HERE), "media", "make.py"), arguments.folder,
                           *FILMS], stdout=subprocess.PIPE, text=True, check=False).stdout
    FILMS[:] = [name for name in FILMS if f"{name} - " not in made]
    wrong, asked, begun = 0, 0, time.monotonic()
    with tempfile.TemporaryDirectory() as temp:
        damaged = os.path.join(temp, "damaged")
        os.mkdir(damaged)
        paths = list(variants(arguments, damaged))
        with world.World(arguments.server, arguments.seed_exe, paths, temp) as server:
            with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
                films = pool.map(lambda path: Questions(server.urls[os.path.basename(path)]).all(), paths)
                for path, film in zip(paths, films):
                    asked += film.asked
                    wrong += len(film.wrong)
                    if film.wrong:
                        print(os.path.basename(path), *film.wrong, sep="\n    ", flush=True)
                        if arguments.log:
                            shutil.copy(path, os.path.dirname(os.path.abspath(arguments.log)))
        ended = server.running[-1].returncode
        if arguments.log:
            shutil.copy(server.log, arguments.log)
    if ended != 0:
        wrong += 1
        print(f"the server ended with {ended}")
    print(f"{len(paths)} films, {asked} questions in {time.monotonic() - begun:.0f} s: "
          f"{f'{wrong} answers are wrong' if wrong else 'fine'}")
    return 1 if wrong or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
