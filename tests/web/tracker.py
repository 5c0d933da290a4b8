# SPDX-License-Identifier: LGPL-2.1-or-later
"""WebTorrent's own client, from npm, meets another one at the server's tracker.

usage: tracker.py SERVER OUT    (program; folder for what npm gives)
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

from house import missing, packages, server

SCRIPT = pathlib.Path(__file__).resolve().parent / "tracker_clients.mjs"


def main(server_program, out):
    if not shutil.which("node"):
        missing("node is missing: install the Debian packages of examples/packages/web.txt")
    beside = packages(out).parent / SCRIPT.name  # where node finds them
    shutil.copy(SCRIPT, beside)
    with tempfile.TemporaryDirectory() as home, server(server_program, home) as served:
        url = served.said.replace("http", "ws", 1) + "/tracker"
        return subprocess.run(["node", beside, url], timeout=60, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
