#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""layering.py [TOP]: checks who includes whom, by the floors of docs/architecture.md, and the form of source files.

Prints one line per offence, with what to do; exit status 1 if there is any.
"""
import fnmatch
import os
import re
import sys

# folder -> folders of ours that it may include, beside itself. The longest folder that fits counts.
FLOORS = {
    "gst/glib": [],
    "gst/swarm": [],
    "server/lib": [],  # each below it knows only itself
    "gst/context": ["gst/swarm", "gst/glib"],
    "gst/plugin": ["gst/context", "gst/swarm", "gst/glib"],
    "server/http": ["gst/swarm", "gst/context", "gst/glib", "server/lib"],
    "server/cache": ["gst/swarm", "gst/context", "gst/glib", "server/lib"],
    "server/hls": ["gst/swarm", "gst/context", "gst/glib", "server/lib"],
    "server/search": ["gst/swarm", "gst/context", "gst/glib", "server/lib"],
    "server/tracker": ["gst/swarm", "gst/context", "gst/glib", "server/lib"],
    "server/api": ["gst/swarm", "gst/context", "gst/glib", "server/lib", "server/http", "server/cache", "server/hls",
                   "server/search", "server/tracker"],
    "server/cli": ["gst/swarm", "gst/context", "gst/glib", "server/lib", "server/http", "server/cache", "server/hls",
                   "server/search", "server/tracker", "server/api", "server"],  # a program of its own: settings, log
    "server": ["gst", "server"],
    "tests": ["gst", "server", "tests"],
    "examples": ["gst/context"],
}

# Folders of one floor that are closed among themselves: server/lib/json knows nothing of server/lib/fetch.
CLOSED = ["server/lib"]

# What server/{http,hls,…} may see of the library: values and the Reader interface, not the session.
SWARM_VALUES = {"types.hpp", "error.hpp", "layout.hpp", "catalog.hpp", "reader.hpp", "locator.hpp", "quote.hpp",
                "settings.hpp"}
ONLY_VALUES = ["server/http", "server/cache", "server/search", "server/tracker"]

# foreign headers -> where they may appear (patterns of paths).
FOREIGN = {
    r"libtorrent/fwd\.hpp": ["gst/swarm/*.?pp", "tests/*"],
    r"libtorrent/.*|boost/.*": ["gst/swarm/*.cpp", "tests/*"],
    r"prometheus/.*": ["server/api/metrics*"],
    r"libxml/.*": ["server/lib/xml/*", "tests/*"],
    r"libsoup/.*": ["server/http/*", "server/lib/fetch/*", "server/lib/trackers/*", "server/tracker/*", "tests/*"],
    r"json-glib/.*": ["server/lib/json/*", "tests/*"],
    r"sqlite3\.h": ["server/lib/sqlite/*", "tests/*"],
    r"hiredis.*": ["server/lib/redis/*", "tests/*"],
    r"gst/.*": ["gst/glib/*", "gst/context/*", "gst/plugin/*", "server/hls/*", "server/*.cpp", "server/cli/*", "tests/*",
                "examples/*"],
    r"(glib|gio|gobject|gmodule).*": ["gst/glib/*", "gst/context/*", "gst/plugin/*", "server/*", "tests/*", "examples/*"],
}

# part of the path -> why such files may do what the rules above forbid.
EXCEPTIONS = {
    "/pch/": "a precompiled header is compiled like a source and included by nobody by name",
}

LINES = 600
SOURCES = (".cpp", ".hpp", ".h", ".c")
SCRIPTS = (".py", ".sh", ".js", ".mjs")
SPDX = "SPDX-License-Identifier: LGPL-2.1-or-later"
EMPTY_NAMES = re.compile(r"^\s*(?:class|struct)\s+(\w*(?:Manager|Helper|Utils?|Service|Handler|Data|Info|Base|Common))\b"
                         r"(?!.*;)")
# Names that say something all the same.
GOOD_NAMES = {"Metadata", "Database"}
SKIPPED_FOLDERS = {".git", "node_modules", "subprojects", "__pycache__", "third_party"}


def files_of(top):
    for folder, folders, names in os.walk(top):
        folders[:] = sorted(f for f in folders if f not in SKIPPED_FOLDERS and not f.startswith("build")
                            and not f.startswith("."))
        for name in sorted(names):
            path = os.path.relpath(os.path.join(folder, name), top)
            if path.split(os.sep)[0] in ("gst", "server", "tests", "examples"):
                yield path


def matches(path, glob):
    """`folder/*` is everything below the folder; with more after the star, only what lies in it."""
    if glob.endswith("/*"):
        return below(path, glob[:-2])
    return os.path.dirname(path) == os.path.dirname(glob) and fnmatch.fnmatch(path, glob)


def floor_of(path):
    return max((f for f in FLOORS if path.startswith(f + "/")), key=len, default=None)


def below(path, folder):
    return path == folder or path.startswith(folder + "/")


def ours(top, source, name):
    """The file of ours that an include means, or None."""
    for root in (os.path.dirname(source), "gst", "server", "tests"):
        path = os.path.normpath(os.path.join(root, name))
        if os.path.isfile(os.path.join(top, path)):
            return path
    return None


def check_include(top, source, name, offend):
    target = ours(top, source, name)
    if target:
        check_floor(source, target, offend)
        return
    for pattern, allowed in FOREIGN.items():
        if re.fullmatch(pattern, name):
            if not any(matches(source, glob) for glob in allowed):
                offend(f"may not include <{name}>; that belongs to {', '.join(allowed)}")
            return


def check_floor(source, target, offend):
    floor = floor_of(source)
    if floor is None or below(target, floor) and floor not in CLOSED:
        return
    for closed in CLOSED:
        if below(source, closed) and below(target, closed):
            if source.split("/")[2] != target.split("/")[2]:
                offend(f"may not include {target}: folders of {closed} know only themselves")
            return
    if not any(below(target, allowed) for allowed in FLOORS[floor]):
        offend(f"may not include {target}: {floor} stands on {', '.join(FLOORS[floor]) or 'nothing of ours'}")
    elif floor in ONLY_VALUES and below(target, "gst/swarm") and os.path.basename(target) not in SWARM_VALUES:
        offend(f"may not include {target}: {floor} sees values and the Reader interface only")


def check_own_header_first(top, source, includes, offend):
    if not source.endswith(".cpp"):
        return
    for ending in (".hpp", ".h"):
        own = source[:-4] + ending
        if os.path.isfile(os.path.join(top, own)):
            if not includes or ours(top, source, includes[0]) != own:
                offend("own header first")
            return


def check_source(top, source, lines, offend):
    includes = []
    for number, line in enumerate(lines, 1):
        found = re.match(r'\s*#\s*include\s*[<"]([^>"]+)[>"]', line)
        if found:
            includes.append(found.group(1))
        bad = EMPTY_NAMES.match(line)
        if bad and bad.group(1) not in GOOD_NAMES:
            offend(f"line {number}: the name {bad.group(1)} hides a noun; find it")
    check_own_header_first(top, source, includes, offend)
    if any(part in source for part in EXCEPTIONS):
        return
    for name in includes:
        check_include(top, source, name, offend)
    if source.endswith((".hpp", ".h")) and not any(line.strip() == "#pragma once" for line in lines):
        offend("no #pragma once")


def main():
    top = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    offences, count = [], 0
    for source in files_of(top):
        if not source.endswith(SOURCES + SCRIPTS):
            continue
        count += 1
        with open(os.path.join(top, source), encoding="utf-8") as file:
            lines = file.read().splitlines()

        def offend(what, source=source):
            offences.append(f"{source}: {what}")

        first = lines[1] if lines and lines[0].startswith("#!") and len(lines) > 1 else lines[0] if lines else ""
        if SPDX not in first:
            offend(f"the first line must be: {SPDX}")
        if len(lines) > LINES:
            offend(f"{len(lines)} lines; more than {LINES}: it holds more than one idea")
        if source.endswith(SOURCES):
            check_source(top, source, lines, offend)
    print("\n".join(offences) if offences else f"{count} files keep their floors")
    return 1 if offences or not count else 0


if __name__ == "__main__":
    sys.exit(main())
