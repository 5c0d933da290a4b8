# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the players' tests stand on: a swarm, the server, and a site beside it that the page is from."""
import http.server
import json
import mimetypes
import os
import pathlib
import re
import shutil
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request


class Program:
    """A child that says on a line of stdout when it is ready."""

    def __init__(self, command, ready, env=None):
        self.child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **(env or {})})
        for line in self.child.stdout:
            if found := re.search(ready, line):
                self.said = found[0]
                return
        self.child.kill()
        self.child.wait()
        raise RuntimeError(f"{command[0]} did not start")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.terminate()
        assert self.child.wait(10) == 0, "it must end well"


def server(program, folder, **settings):
    return Program([program], r"http://\S+", {
        "PORT": "0", "HOST": "127.0.0.1", "TORRENT_DOWNLOAD_PATH": folder + "/d", "STATE_PATH": folder + "/s",
        "TORRENT_LISTEN": "127.0.0.1:0", "TORRENT_DHT": "false", "TORRENT_LSD": "false", "TORRENT_PORT_MAPPING": "false",
        "TORRENT_TRACKERS": "", "LOG_LEVEL": "warn", "XDG_CONFIG_HOME": folder,
        **settings})


def ask(url, body=None, method=None):
    with urllib.request.urlopen(urllib.request.Request(url, body and json.dumps(body).encode(), method=method), timeout=60) as answer:
        return json.load(answer)["data"]


def has_page(base):
    """False: built without npm, the server has the plain page only."""
    try:
        urllib.request.urlopen(base + "/web/app.js", timeout=20).close()
    except urllib.error.HTTPError:
        return False
    return True


def missing(what):
    print(what)
    sys.exit(77)


def packages(out):
    """node_modules with what package.json names, from npm; what is there already isn't fetched again."""
    if not shutil.which("npm"):
        missing("npm is missing: install the Debian packages of examples/packages/web.txt")
    here, folder = pathlib.Path(__file__).resolve().parent, pathlib.Path(out, "npm")
    folder.mkdir(parents=True, exist_ok=True)
    stamp, wanted = folder / "installed", (here / "package-lock.json").read_bytes()
    if not (stamp.exists() and stamp.read_bytes() == wanted):
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(here / name, folder / name)
        try:
            got = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"], cwd=folder,
                                 capture_output=True, text=True, timeout=120, check=False)
            said = got.stderr if got.returncode else ""
        except subprocess.TimeoutExpired:
            said = "no answer"
        if said:
            missing("npm gives no packages here (no registry?): " + said.strip()[-300:])
        stamp.write_bytes(wanted)
    return folder / "node_modules"


def make(program, folder, names):
    """Makes films; gives the names of those that can't be made here."""
    said = subprocess.run([sys.executable, "-B", program, folder, *names], capture_output=True, text=True, timeout=600,
                          check=False).stdout
    return {line.split(" ")[0] for line in said.splitlines() if " - " in line}


def eventually(what, condition, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.05)
    raise AssertionError(what)


class Site:
    """A site on loopback: its pages by name, each a text or the Path of a file. A context manager."""

    def __init__(self, pages):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                name = self.path.lstrip("/") or "index.html"
                page = pages.get(name)
                if page is None:
                    return self.send_error(404)
                data = page.read_bytes() if isinstance(page, pathlib.Path) else page.encode()
                self.send_response(200)
                self.send_header("Content-Type", mimetypes.guess_type(name)[0] or "text/html")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
