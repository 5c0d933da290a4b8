#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""matrix.py SERVER SEED FOLDER [--half] [--jobs N] [--client NAME] [--container NAME] [NAME…]: HLS of every film there
is, judged.

Makes the films in FOLDER (../media/make.py; what is there stays), seeds them on loopback, starts a server of its own,
asks for each film's master playlist as each client, and has ../check.py judge every answer that differs from the ones
before. expected.py says which films get an error instead, and what of which film can't be compared. Prints a line for
each answer, and exits with 1 if one of them isn't what was expected.

--half: the representative half of the films, as an unknown player sees them. NAME: only these films, with * and ?.
"""
import argparse
import concurrent.futures
import fnmatch
import os
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE), os.path.join(os.path.dirname(HERE), "media")]

import check  # noqa: E402  pylint: disable=wrong-import-position
import expected  # noqa: E402  pylint: disable=wrong-import-position
import recipes  # noqa: E402  pylint: disable=wrong-import-position
import world  # noqa: E402  pylint: disable=wrong-import-position

CLIENTS = ("", "hlsjs", "safari", "vlc")
CONTAINERS = ("", "ts", "fmp4")


class Matrix:
    def __init__(self, server, folder, jobs):
        self.server = server
        self.folder = folder
        self.jobs = jobs
        self.lock = threading.Lock()
        self.wrong = 0

    def tell(self, film, asked, what, complaints=()):
        with self.lock:
            self.wrong += bool(complaints)
            print(f"{film:32} {asked:14} {what}", *(f"    {c}" for c in complaints), sep="\n", flush=True)

    def judge(self, film, queries):
        """All answers about one film."""
        url, seen = self.server.urls[film], {}
        for client, container in queries:
            asked = f"{client or 'anybody'}/{container or '-'}"
            want = expected.of(film, client, container)
            if want.whole and not seen:
                world.fetch(url)
            begun = time.monotonic()
            status, text = world.get(f"{url}?client={client}&container={container}")
            waited = time.monotonic() - begun
            complaints = want.complaints(status, text)
            if waited > expected.PATIENCE:
                complaints.append(f"it took {waited:.1f} s to answer")
            if status != 200 or complaints:
                self.tell(film, asked, f"{status} {world.message(text)}", complaints)
                continue
            if text in seen:
                continue
            seen[text] = asked
            found, summary = check.judge(f"{url}?client={client}&container={container}",
                                         *want.arguments(os.path.join(self.folder, film)))
            self.tell(film, asked, summary, [f"{where.removeprefix(url.removesuffix('master.m3u8'))}: {what}"
                                             for where, what in want.unexpected(found)])

    def run(self, films, queries):
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            for done in [pool.submit(self.judge, film, queries) for film in films]:
                done.result()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("server")
    parser.add_argument("seed")
    parser.add_argument("folder")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--half", action="store_true")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2)
    parser.add_argument("--client", action="append", help=f"default: {', '.join(CLIENTS)}; --half: an unknown one")
    parser.add_argument("--container", action="append", help='ts, fmp4; "" (default, too): as the client likes it')
    arguments = parser.parse_intermixed_args()
    films = [film for film in recipes.films() if film.kind != "text" and (film.half or not arguments.half) and
             (not arguments.names or any(fnmatch.fnmatch(film.name, name) for name in arguments.names))]
    beside = [film for film in recipes.films() if film.kind == "text" and (film.half or not arguments.half)]
    made = subprocess.run([sys.executable, "-B", os.path.join(os.path.dirname(HERE), "media", "make.py"),
                           arguments.folder, *(film.name for film in films + beside)],
                          stdout=subprocess.PIPE, text=True, check=False)
    paths = dict(line.split(" ", 1) for line in made.stdout.splitlines() if " - " not in line)
    for line in made.stdout.splitlines():
        if " - " in line:
            print(f"not made: {line}")
    clients = arguments.client or ([""] if arguments.half else CLIENTS)
    containers = arguments.container or ([""] if arguments.half else CONTAINERS)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as temp, world.World(arguments.server, arguments.seed, list(paths.values()),
                                                            temp) as server:
        matrix = Matrix(server, arguments.folder, arguments.jobs)
        names = [film.name for film in films if film.name in paths]
        matrix.run(names, [(client, container) for client in clients for container in containers])
    print(f"{len(names)} films in {time.monotonic() - begun:.0f} s: "
          f"{f'{matrix.wrong} answers are wrong' if matrix.wrong else 'fine'}")
    return 1 if matrix.wrong or not names else 0


if __name__ == "__main__":
    sys.exit(main())
