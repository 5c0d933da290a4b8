# SPDX-License-Identifier: LGPL-2.1-or-later
"""What HLS costs once a film is here: segments, playlists, indexes, memory, viewers.

usage: bench_packager.py SERVER SEED PACKAGE OUT [--short]

SERVER, SEED, PACKAGE: gst-torrent-server, gst-torrent-seed, gst-torrent-package; OUT: folder for films (6 GB; --short: 1).
What it is compared with runs beside it, by turns: `ffmpeg -c copy` of the same span, nginx with a file of the same size. How
long a swarm lets a viewer wait is measured by tests/web/bench_hls.py.
"""
import concurrent.futures
import contextlib
import hashlib
import http.client
import json
import os
import pathlib
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "web"))
from house import Program, eventually, server as served  # noqa: E402

KBIT = 2600  # 6 s of it are 2 MB


def film(out, name, seconds, picture="testsrc2=s=1280x720:r=25:d=60,noise=alls=20:allf=t"):
    """H.264 and AAC, a key frame every 2 s; one minute over and over."""
    minute, path = f"{out}/minute-{hashlib.md5(picture.encode()).hexdigest()[:8]}.mp4", f"{out}/{name}"
    if not os.path.exists(minute):
        subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", "sine=440:d=60",
                        "-c:v", "libx264",
                        "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "50", "-b:v", f"{KBIT}k", "-maxrate", f"{KBIT}k",
                        "-bufsize", f"{KBIT}k", "-c:a", "aac", "-f", "mp4", minute + ".part"], check=True)
        os.rename(minute + ".part", minute)
    if not os.path.exists(path):
        part = f"{out}/part.{name}"
        subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-stream_loop", "-1", "-i", minute, "-t", str(seconds), "-c", "copy",
                        part], check=True)
        os.rename(part, path)
    return path


class Client:
    """One connection that stays."""

    def __init__(self, base):
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(base).netloc, timeout=120)

    def get(self, path):
        self.connection.request("GET", path, headers={"User-Agent": "hls.js"})
        answer = self.connection.getresponse()
        body = answer.read()
        assert answer.status == 200, f"{path}: {answer.status} {body[:200]}"
        return body

    def timed(self, path):
        began = time.monotonic()
        body = self.get(path)
        return 1000 * (time.monotonic() - began), body


def relative(base, text):
    return [urllib.parse.urljoin(base, line) for line in text.decode().splitlines() if line and not line.startswith("#")]


class House:
    """Films in a swarm without limits, and a server that has all of them."""

    def __init__(self, server, seed, films, **settings):
        with contextlib.ExitStack() as until_open:
            self.open(until_open, server, seed, films, settings)
            self.running = until_open.pop_all()

    def open(self, running, server, seed, films, settings):
        folder = running.enter_context(tempfile.TemporaryDirectory())
        pack = pathlib.Path(folder, "pack")
        pack.mkdir()
        for path in films:
            if os.stat(path).st_dev == os.stat(pack).st_dev:
                os.link(path, pack / os.path.basename(path))
            else:
                shutil.copy(path, pack)
        seeding = running.enter_context(Program([seed, "--with-parent", "--piece-size=1024", str(pack)], r"magnet:\S+"))
        self.server = running.enter_context(served(server, folder, **settings))
        self.base = self.server.said
        self.client = Client(self.base)
        self.client.connection.request("POST", "/api/torrents", json.dumps({"magnetUri": seeding.said}),
                                       {"Content-Type": "application/json"})
        self.hash = json.load(self.client.connection.getresponse())["data"]["infoHash"]
        self.files = eventually("the metadata", self.named)
        for index in self.files.values():  # all of each is fetched by who reads all of it
            self.client.connection.request("GET", f"/stream/proxy/{self.hash}?fileIndex={index}")
            answer = self.client.connection.getresponse()
            while answer.read(1 << 20):
                pass

    def named(self):
        files = json.loads(self.client.get(f"/api/torrents/{self.hash}/files"))["data"]["files"]
        return {file["name"].split("/")[-1]: file["index"] for file in files}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.running.close()

    def segments(self, name, query="", client=None):
        """Paths of the main rendition's, master and media playlist read."""
        client = client or self.client
        master = f"/hls/{self.hash}/{self.files[name]}/master.m3u8{query}"
        media = relative(master, client.get(master))[0]
        return media, relative(media, client.get(media))

    def memory(self):
        """MB of its own: not the files that it has mapped, nor the disk's cache."""
        text = pathlib.Path(f"/proc/{self.server.child.pid}/smaps_rollup").read_text()
        return sum(int(found) for found in re.findall(r"Private_Dirty:\s+(\d+)", text)) / 1024


def row(what, ours, goal="", other=""):
    print(f"{what:62} {ours:>26} {goal:>20} {other}", flush=True)


def spread(times):
    times = sorted(times)
    return statistics.median(times), times[min(len(times) - 1, int(0.99 * len(times)))]


class Nginx:
    """A file of so many bytes."""

    def __init__(self, folder, size):
        pathlib.Path(folder, "file").write_bytes(os.urandom(size))
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        temp = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        pathlib.Path(folder, "conf").write_text(
            f"{'user root;' if os.geteuid() == 0 else ''} daemon off; worker_processes 1; pid {folder}/pid; error_log stderr;"
            f"events {{}} http {{ access_log off; sendfile on; {temp} server {{ listen 127.0.0.1:{port}; root {folder}; }} }}")
        program = "/usr/sbin/nginx" if os.path.exists("/usr/sbin/nginx") else "nginx"
        self.child = subprocess.Popen([program, "-e", "stderr", "-p", folder, "-c", f"{folder}/conf"], stderr=subprocess.DEVNULL)
        self.client = Client(f"http://127.0.0.1:{port}")
        eventually("nginx", self.answers)

    def answers(self):
        try:
            return self.client.get("/file")
        except OSError:
            self.client.connection.close()
            return None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.terminate()
        self.child.wait()


def ffmpeg_copy(path, begin, seconds, out):
    began = time.monotonic()
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-ss", str(begin), "-i", path, "-t", str(seconds), "-c", "copy", "-f",
                    "mpegts", out], check=True)
    return 1000 * (time.monotonic() - began)


def segments(house, films, count, scratch):
    """Each made from a warm demuxer, bytes on disk, nothing of it in memory (HLS_CACHE_MB=0)."""
    for path in films:
        name = os.path.basename(path)
        for query in ("?container=ts", "?container=fmp4"):
            _, urls = house.segments(name, query)
            house.client.get(urls[len(urls) // 2])
            chosen = random.Random(1).choices(urls[3:-1], k=count)
            got = [house.client.timed(url) for url in chosen]
            size = statistics.median(len(body) for _, body in got)
            with Nginx(scratch, int(size)) as nginx:
                plain = statistics.median(nginx.client.timed("/file")[0] for _ in range(50))
            copied = statistics.median(ffmpeg_copy(path, 6 * i, 6, scratch + "/copy.ts") for i in range(3, 10))
            median, p99 = spread([took for took, _ in got])
            row(f"{name}, {query[11:]}: segment of {size / 1e6:.1f} MB; p99, ms", f"{median:.1f}; {p99:.1f}", "15; 100",
                f"ffmpeg -c copy {copied:.0f} ({median / copied:.2f} x), nginx {plain:.1f}")


def playlists(house, name):
    media, urls = house.segments(name)
    master = f"/hls/{house.hash}/{house.files[name]}/master.m3u8"
    for what, path in (("master", master), ("media", media)):
        took = [house.client.timed(path)[0] for _ in range(50)]
        row(f"{name}: {what} playlist, {len(urls)} segments, index here; p99, ms", "{:.1f}; {:.1f}".format(*spread(took)), "50")


def indexes(package, films):
    for path in films:
        with tempfile.TemporaryDirectory() as folder:
            said = subprocess.run([package, path, folder, "--order", "one:3"], capture_output=True, text=True, check=True).stderr
        index, took = re.search(r"index (\d+) bytes, open ([\d.]+) ms", said).groups()
        share = 100 * int(index) / os.path.getsize(path)
        row(f"{os.path.basename(path)}: opened; % of it that is read for that, ms",
            f"{share:.3f}; {float(took):.0f}", "-; 50")


def at_random(house, names, count):
    """Nothing different, memory flat."""
    urls = [url for name in names for url in house.segments(name)[1]]
    digests, memory, choice = {}, [], random.Random(2)
    began = time.monotonic()
    for i in range(count):
        url = choice.choice(urls)
        digest = hashlib.md5(house.client.get(url)).digest()
        assert digests.setdefault(url, digest) == digest, f"{url} is different"
        if i in (count // 4, count // 2, count - 1):
            memory.append(f"{house.memory():.0f}")
    took = time.monotonic() - began
    row(f"{count} random segments of {len(urls)}: different; MB at 1/4, 1/2, end", f"0; {', '.join(memory)}", "0; flat",
        f"{count / took:.0f} a second")


def memory(house, names):
    before = house.memory()
    for name in names:
        urls = house.segments(name)[1]
        for url in urls[:4]:
            house.client.get(url)
    row(f"{len(names)} warm films: MB for each", f"{(house.memory() - before) / len(names):.1f}", "50")


def viewers(house, names, seconds):
    """20 of the first film at different places and 5 of others, each plays at its own pace: 12 s in hand, then a segment each time
    that one is played. A stall: nothing in hand."""
    lock, waits, stalls = threading.Lock(), [], []

    def watch(name, start):
        client = Client(house.base)
        urls = house.segments(name, client=client)[1]
        hand, length = 0.0, 6.0
        end = time.monotonic() + seconds
        played = None
        for url in urls[start:] + urls[:start]:
            took, _ = client.timed(url)
            now = time.monotonic()
            with lock:
                waits.append(took)
                if played is not None and now > played + hand:
                    stalls.append(now - played - hand)
            hand = max(0.0, hand - (now - played if played is not None else 0)) + length
            played = now
            if now > end:
                return
            if hand > 12:
                time.sleep(hand - 12)  # the viewer watches: nothing to wait on

    with concurrent.futures.ThreadPoolExecutor(25) as pool:
        watching = [pool.submit(watch, names[0], 4 + 3 * i) for i in range(20)]
        watching += [pool.submit(watch, names[1 + i % (len(names) - 1)], 10 * i) for i in range(5)]
        for one in watching:
            one.result()
    row(f"20 viewers of one film, 5 of others, {seconds} s: stalls; wait for a segment, p99, ms",
        "{}; {:.0f}; {:.0f}".format(len(stalls), *spread(waits)), "0")


def main(server, seed, package, out, *options):
    short = "--short" in options
    os.makedirs(out, exist_ok=True)
    length = 600
    few = [film(out, f"ten-minutes.{ending}", length) for ending in ("mkv", "mp4", "ts")]
    more = [film(out, f"short-{i}.mkv", 180) for i in range(3)]
    still = film(out, "two-still-hours.mkv", 7200, "color=c=gray:s=320x180:r=25:d=60")  # as many segments as any
    row("figure", "ours", "goal", "others")
    indexes(package, [film(out, f"two-hours.{ending}", 7200) for ending in ("mkv", "mp4")] if not short else few[:2])
    names = [os.path.basename(path) for path in few + more]
    with tempfile.TemporaryDirectory() as scratch, House(server, seed, [*few, *more, still], HLS_CACHE_MB="0", HTTP_IDLE_TIMEOUT="3600") as house:
        memory(house, names[:5])
        segments(house, few, 100 if short else 300, scratch)
        playlists(house, os.path.basename(still))
        viewers(house, [names[0], *names[3:]], 30 if short else 120)
        at_random(house, names[:3], 600 if short else 10000)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
