#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""make.py FOLDER [--half] [--jobs N] [--list] [NAME...]: the films that HLS has to cope with, made on the spot.

Every film shows its frame number twice: as 16 columns of light and dark (tests/support/media.hpp reads them) and, where a
font is installed, as text with the time; sound beeps at each whole second. Prints "NAME PATH" for each film, "NAME - WHY"
for those that can't be made here. What is in FOLDER already isn't made again.

--half: a representative half, for CI. NAME: only these (as --list shows them).
"""
import argparse
import concurrent.futures
import os
import sys

import recipes
from toolbox import CannotMake, Toolbox


def make(toolbox, film):
    """(film, path or None, why not)"""
    path = os.path.join(toolbox.folder, film.name)
    if os.path.exists(path):
        return film, path, None
    try:
        with toolbox.workplace() as work:
            made = film.recipe(work)
            # Whoever is done first puts it there whole: tests run side by side.
            os.replace(made, path)
        return film, path, None
    except CannotMake as why:
        return film, None, str(why)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--half", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--jobs", type=int, default=max(1, (os.cpu_count() or 2) // 2))
    arguments = parser.parse_args()
    films = recipes.films()
    if arguments.list:
        for film in films:
            print(f"{film.name}\t{'half' if film.half else 'full'}\t{film.kind}\t{film.what}")
        return 0
    if not arguments.folder:
        parser.error("FOLDER is missing")
    unknown = set(arguments.names) - {film.name for film in films}
    if unknown:
        parser.error(f"no film is called {', '.join(sorted(unknown))}; --list shows them")
    wanted = [f for f in films if (not arguments.names or f.name in arguments.names) and (f.half or not arguments.half)]
    os.makedirs(arguments.folder, exist_ok=True)
    toolbox = Toolbox(os.path.abspath(arguments.folder))
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for film, path, why in pool.map(lambda film: make(toolbox, film), wanted):
            failed += path is None
            print(f"{film.name} {path}" if path else f"{film.name} - {why}", flush=True)
    return 1 if failed == len(wanted) else 0


if __name__ == "__main__":
    sys.exit(main())
