# SPDX-License-Identifier: LGPL-2.1-or-later
"""A seeder and a server of our own, on loopback."""
import json
import os
import queue
import re
import shutil
import subprocess
import threading
import time
import urllib.error
import urllib.request


def get(url, data=None):
    """Status and text, whatever it is."""
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"} if data else {})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read().decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode("utf-8", "replace")
    except OSError as error:
        return 0, str(error)


def fetch(master):
    """All of the film whose master playlist this is; as soon as it is verified, the playlist is there."""
    film = re.sub(r"/hls/(.*)/master.m3u8", r"/stream/file/\1", master)
    with urllib.request.urlopen(film, timeout=60) as answer:
        while answer.read(1 << 20):
            pass
    for _ in range(100):
        if get(master)[0] != 415:
            return
        time.sleep(0.1)


def message(text):
    """Of an error in JSON."""
    try:
        return json.loads(text)["message"]
    except (ValueError, KeyError, TypeError):
        return text[:200]


def write_down(output, log, pattern, found):
    """Until the end; `found` gets what the pattern finds first, or None."""
    waiting = True
    with open(log, "w", encoding="utf-8", buffering=1) as written:
        for line in output:
            written.write(line)
            if waiting and (match := re.search(pattern, line)):
                found.put(match.group())
                waiting = False
    if waiting:
        found.put(None)


class World:
    """Files are seeded as one torrent; `urls`: file name -> its master playlist."""

    def __init__(self, server, seed, files, temp):
        self.commands = server, seed
        self.temp = temp
        self.pack = os.path.join(temp, "films")
        os.mkdir(self.pack)
        for file in files:
            try:
                os.link(file, os.path.join(self.pack, os.path.basename(file)))
            except OSError:
                shutil.copy(file, self.pack)
        self.running = []
        self.log = ""  # of whoever was started last: the server
        self.urls = {}

    def start(self, command, pattern, **settings):
        """Gives what `pattern` finds in the output."""
        self.log = os.path.join(self.temp, f"{len(self.running)}.log")
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,  # pylint: disable=consider-using-with
                                   stdin=subprocess.DEVNULL, env={**os.environ, **settings}, text=True,
                                   errors="replace")
        self.running.append(process)
        found = queue.SimpleQueue()
        threading.Thread(target=write_down, args=(process.stdout, self.log, pattern, found), daemon=True).start()
        try:
            if answer := found.get(timeout=30):
                return answer
        except queue.Empty:
            pass
        with open(self.log, encoding="utf-8") as written:
            raise SystemExit(f"{command[0]} did not start: {written.read()[-2000:]}")

    def __enter__(self):
        try:
            server, seed = self.commands
            magnet = self.start([seed, "--with-parent", self.pack], r"magnet:\S+")
            base = self.start([server], r"http://[^\s/]+", HOST="127.0.0.1", PORT="0", TORRENT_LISTEN="127.0.0.1:0",
                              TORRENT_DHT="false", TORRENT_LSD="false", TORRENT_PORT_MAPPING="false",
                              TRACKER_INJECT="false", XDG_STATE_HOME=os.path.join(self.temp, "state"),
                              XDG_CACHE_HOME=os.path.join(self.temp, "cache"))
            status, text = get(f"{base}/api/torrents", json.dumps({"magnetUri": magnet}).encode())
            if status // 100 != 2:
                raise SystemExit(f"the torrent was not taken: {status} {text}")
            hash_ = re.search(r'"infoHash": *"([0-9a-f]+)', text).group(1)
            _, text = get(f"{base}/api/torrents/{hash_}/files")
            for file in json.loads(text)["data"]["files"]:
                self.urls[os.path.basename(file["name"])] = f"{base}/hls/{hash_}/{file['index']}/master.m3u8"
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in reversed(self.running):
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
