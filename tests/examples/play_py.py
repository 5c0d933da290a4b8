# SPDX-License-Identifier: LGPL-2.1-or-later
"""examples/play.py plays a film from a swarm to its end, and says what is wrong with one that can't be.

usage: play_py.py EXAMPLE SEED PLUGINS MAKE FOLDER
"""
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "web"))
from house import Program, make, missing  # noqa: E402


def python():
    """One that has PyGObject: Debian's, where another one comes first in PATH."""
    for program in (sys.executable, "/usr/bin/python3"):
        probe = "import gi; gi.require_version('Gst', '1.0'); from gi.repository import Gst"
        if os.path.exists(program) and subprocess.run([program, "-c", probe], capture_output=True, check=False).returncode == 0:
            return program
    return missing("PyGObject is missing: install the Debian packages `python3-gi` and `gir1.2-gstreamer-1.0`")


def main(example, seed, plugins, make_program, folder):
    program = python()
    name = "h264-aac.mp4"
    if make(make_program, folder, [name]):
        missing("the film can't be made here")
    with tempfile.TemporaryDirectory() as home, Program([seed, os.path.join(folder, name)], r"magnet:\S+") as swarm:
        session = f"download-path={home}/d, state-path={home}/s, listen=127.0.0.1:0, dht=false, lsd=false, port-mapping=false"
        environment = {**os.environ, "GST_PLUGIN_PATH": plugins, "GST_REGISTRY": home + "/registry", "XDG_CACHE_HOME": home,
                       "GST_TORRENT_SESSION": session + ", inject-trackers=false"}
        if runtime := os.environ.get("GST_TORRENT_PRELOAD"):  # of a plug-in with a sanitizer (tests/support/child.cpp)
            environment |= {"LD_PRELOAD": runtime, "ASAN_OPTIONS": "detect_leaks=0"}

        def played(uri):
            return subprocess.run([program, example, "--no-output", uri], env=environment, capture_output=True, text=True, timeout=90, check=False)
        good = played(swarm.said)
        assert good.returncode == 0, good.stderr
        assert "[metadata]" in good.stdout, good.stdout
        bad = played(swarm.said + "#file=none.mkv")
        assert bad.returncode != 0 and "none.mkv" in bad.stderr, bad.stderr
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
