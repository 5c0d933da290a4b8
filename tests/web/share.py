# SPDX-License-Identifier: LGPL-2.1-or-later
"""Viewers of one film share its segments, in three windows of Chromium; and what is wrong with the others harms nobody.

usage: share.py SERVER SEED OUT    (both programs; folder for the film)

The page's own module plays, under the page's own policy. Every segment that a player gets is compared with the server's.
"""
import base64
import contextlib
import hashlib
import os
import select
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

from house import Program, ask, eventually, server
from webdriver import Browser

SECONDS = 180
WATCHED = 60  # seconds of it that the last of three has seen when they are judged

PLAYER = """
const [hash, swarm] = args;
document.body.innerHTML = '<video id="film" muted width="320" height="180"></video>';
const film = document.getElementById('film');
const Hls = (await import('/web/hls.js')).default, {sharedHls} = await import('/web/share.js');
const facts = (await (await fetch(`/api/torrents/${hash}/hls/0`)).json()).data;
const sharing = {...facts.sharing, swarmId: facts.sharing.swarmId + swarm};
const {hls, stats} = await sharedHls(Hls, {maxBufferLength: 30}, sharing);
const view = window.view = {stats, film, hls, sums: {}, stalls: 0, faults: [], refused: 0, warnings: []};
hls.p2pEngine.addEventListener('onTrackerWarning', ({warning}) => view.warnings.push(String(warning)));
hls.p2pEngine.addEventListener('onSegmentError', fault => {
  if (/validation-failed/.test(fault.error.type)) ++view.refused;
});
hls.on(Hls.Events.FRAG_LOADED, async (_, {frag, payload}) => {
  if (frag.type !== 'main' || frag.sn === 'initSegment') return;
  const sum = await crypto.subtle.digest('SHA-256', payload.slice(0));
  view.sums[frag.url] = btoa(String.fromCharCode(...new Uint8Array(sum)));
});
hls.on(Hls.Events.ERROR, (_, fault) => view.faults.push(fault.details + (fault.fatal ? ' FATAL' : '')));
hls.loadSource(facts.hlsUrl);
hls.attachMedia(film);
await film.play();
film.addEventListener('waiting', () => { if (!film.seeking) ++view.stalls; });
"""
STATE = """const {stats, film, sums, stalls, faults, refused, warnings} = view;
return {...stats(), time: film.currentTime, segments: view.hls.levels[0].details.fragments.length, sums, stalls, faults,
  refused, warnings, frames: film.getVideoPlaybackQuality().totalVideoFrames};"""
# Other bytes than it has: in the middle of whatever is large enough to be a part of a segment.
POISON = """
const send = RTCDataChannel.prototype.send;
RTCDataChannel.prototype.send = function(data) {
  const bytes = new Uint8Array(data.buffer ? data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength) : data.slice(0));
  if (bytes.length > 4000) bytes[bytes.length >> 1] ^= 1;
  return send.call(this, bytes);
};"""
# The beginning of a segment, wrong, and no more of it: so that the server would be asked for the rest alone.
HALF = """
const send = RTCDataChannel.prototype.send;
RTCDataChannel.prototype.send = function(data) {
  const bytes = new Uint8Array(data.buffer ? data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength) : data.slice(0));
  if (this.begun) return;
  if (bytes.length <= 4000) return send.call(this, bytes);
  this.begun = true;
  bytes[bytes.length >> 1] ^= 1;
  return send.call(this, bytes);
};"""


def make_film(path):
    if os.path.exists(path):
        return
    rate = "800k"
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", f"testsrc2=s=320x180:r=25:d={SECONDS}",
                    "-f", "lavfi", "-i", f"sine=sample_rate=48000:duration={SECONDS}", "-c:v", "libx264", "-preset",
                    "ultrafast", "-pix_fmt", "yuv420p", "-g", "50", "-b:v", rate, "-minrate", rate, "-maxrate", rate,
                    "-bufsize", rate, "-x264-params", "nal-hrd=cbr", "-c:a", "aac", "-f", "matroska", path + ".part"],
                   check=True)
    os.rename(path + ".part", path)


class Door:
    """Between viewers and the server: what goes to the tracker can be cut off. A context manager."""

    def __init__(self, port):
        self.to, self.tracked, self.open, self.refused = port, [], True, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def __enter__(self):
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.close()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self.carry, args=self.listener.accept()[:1], daemon=True).start()

    def carry(self, client):
        with client, contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.to)) as there:
            head = client.recv(65536)
            if head.startswith(b"GET /tracker"):
                if not self.open:
                    self.refused += 1
                    return
                self.tracked.append(client)
            there.sendall(head)
            while True:
                for ready in select.select([client, there], [], [])[0]:
                    data = ready.recv(65536)
                    if not data:
                        return
                    (there if ready is client else client).sendall(data)

    def close_tracker(self):
        self.open = False
        for client in self.tracked:
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)


class Tabs:
    """Of one browser; each loads for itself, and has a window: a muted film in a hidden tab is paused by Chromium."""

    def __init__(self, browser):
        self.browser, self.home = browser, browser.ask("GET", "/window")

    def open(self, url, script, *arguments):
        self.browser.ask("POST", "/window", {"handle": self.home})
        tab = self.browser.ask("POST", "/window/new", {"type": "window"})["handle"]
        self.browser.ask("POST", "/window", {"handle": tab})
        self.browser.devtools("Network.enable")
        self.browser.devtools("Network.setCacheDisabled", cacheDisabled=True)
        self.browser.open(url)
        self.browser.run(script, *arguments)
        return tab

    def run(self, tab, script=STATE):
        self.browser.ask("POST", "/window", {"handle": tab})
        return self.browser.run(script)

    def close(self, tab):
        self.browser.ask("POST", "/window", {"handle": tab})
        self.browser.ask("DELETE", "/window")


class Originals:
    """Digests of segments, as whoever asks the server himself gets them."""

    def __init__(self):
        self.known = {}

    def right(self, sums):
        for url, sum_ in sums.items():
            if url not in self.known:
                with urllib.request.urlopen(url, timeout=30) as answer:
                    data = answer.read()
                self.known[url] = base64.b64encode(hashlib.sha256(data).digest()).decode()
            assert sum_ == self.known[url], f"{url}: a viewer got other bytes"


def plays_on(tabs, viewers, seconds):
    """Without a stall, and without a fault that ends it."""
    before = [tabs.run(tab) for tab in viewers]
    for tab, then in zip(viewers, before):
        now = eventually("it must play on", lambda: (s := tabs.run(tab))["time"] > then["time"] + seconds and s, 60)
        assert now["frames"] > then["frames"], "without a picture"
        assert not [f for f in now["faults"] if "FATAL" in f], now["faults"]
        assert now["stalls"] == then["stalls"], f"it stalled {now['stalls'] - then['stalls']} times: {now['faults']}"


def shares(tabs, url, film, originals):
    viewers = []
    for _ in range(3):
        viewers.append(tabs.open(url, PLAYER, film, ""))
        # A few seconds apart, by the film's clock.
        eventually("it must begin", lambda: tabs.run(viewers[-1])["time"] > 4, 60)
    eventually("each must be connected with both others", lambda: all(tabs.run(tab)["peers"] == 2 for tab in viewers))
    def done():
        states = [tabs.run(tab) for tab in viewers]
        return all(s["time"] > WATCHED for s in states) and states
    states = eventually("they must play", done, 2 * WATCHED)
    p2p, http = (sum(s[source] for s in states) for source in ("p2p", "http"))
    for state in states:
        print({k: v for k, v in state.items() if k != "sums"}, flush=True)
        originals.right(state["sums"])
        assert state["stalls"] == 0, f"{state['stalls']} stalls: {state['faults']}"
        assert not [f for f in state["faults"] if "FATAL" in f], state["faults"]
        assert not state["warnings"], f"the tracker: {state['warnings']}"
    assert all(len(s["sums"]) >= 4 for s in states), "each must have had some segments"
    print(f"  {p2p} bytes from each other, {http} from the server: {p2p / (p2p + http):.0%}", flush=True)
    assert p2p > http, f"only {p2p / (p2p + http):.0%} came from other viewers"
    return viewers, p2p


def counts(url, p2p):
    with urllib.request.urlopen(url + "/metrics") as answer:
        figures = dict(line.rsplit(" ", 1) for line in answer.read().decode().splitlines() if not line.startswith("#"))
    told = float(figures['gst_torrent_hls_shared_bytes_total{source="p2p"}'])
    print(f"  /metrics: {told:.0f} bytes by viewers, ratio {figures['gst_torrent_hls_shared_ratio']}", flush=True)
    assert told >= p2p, "the server hears of all that viewers had from each other"


def goes_on_alone(tabs, viewers, door):
    """A viewer leaves, and the tracker is gone: nobody notices."""
    door.close_tracker()
    tabs.close(viewers.pop())
    eventually("the others must see it", lambda: all(tabs.run(tab)["peers"] == 1 for tab in viewers), 60)
    plays_on(tabs, viewers, 4)
    tabs.run(viewers[0], "view.film.currentTime = 150; await new Promise(good => view.film.onseeked = good)")
    eventually("it must play after the jump", lambda: tabs.run(viewers[0])["time"] > 151, 30)
    plays_on(tabs, viewers, 3)


def withstands(lie, tabs, url, film, originals):
    swarm = f"/{hash(lie)}"
    liar = tabs.open(url, lie + PLAYER, film, swarm)
    eventually("the liar must have something", lambda: tabs.run(liar)["time"] > 6, 60)
    victim = tabs.open(url, PLAYER, film, swarm)
    eventually("the lie must have been tried", lambda: tabs.run(victim)["refused"] > 0, 60)
    plays_on(tabs, [victim], 4)
    state = tabs.run(victim)
    assert state["p2p"] == 0 and state["http"] > 0, state
    originals.right(state["sums"])
    print(f"  {state['refused']} segments of a liar were refused", flush=True)
    tabs.close(liar)
    tabs.close(victim)


def main(server_program, seed_program, out):
    if not Browser.installed():
        print("Chromium is missing: install the Debian packages `chromium` and `chromium-driver`")
        return 77
    os.makedirs(out, exist_ok=True)
    path = os.path.abspath(os.path.join(out, "shared.mkv"))
    make_film(path)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as home, Program([seed_program, path], r"magnet:\S+") as seed, \
            server(server_program, home, P2P_SHARE="true") as served:
        with urllib.request.urlopen(served.said + "/") as page:
            if b"importmap" not in page.read():
                print("The page was built without its modules: npm was missing")
                return 77
        film = ask(served.said + "/api/torrents?wait=30", {"magnetUri": seed.said})["infoHash"]
        eventually("the film must be here", lambda: ask(f"{served.said}/api/torrents/{film}")["status"] == "complete")
        eventually("what is known of it must be sure", lambda: ask(f"{served.said}/api/torrents/{film}/hls/0")["sharing"])
        with Door(int(served.said.rsplit(":", 1)[1])) as door, Browser(
                ["--autoplay-policy=no-user-gesture-required", "--disable-features=WebRtcHideLocalIpsWithMdns",
                 "--disable-background-timer-throttling", "--disable-renderer-backgrounding",
                 "--disable-backgrounding-occluded-windows"]) as browser:
            tabs, originals = Tabs(browser), Originals()
            viewers, p2p = shares(tabs, door.url, film, originals)
            counts(served.said, p2p)
            print(f"  {time.monotonic() - began:.0f} s", flush=True)
            goes_on_alone(tabs, viewers, door)
            for tab in viewers:
                tabs.close(tab)
            print(f"  {time.monotonic() - began:.0f} s", flush=True)
            door.open = True
            for lie in (POISON, HALF):
                withstands(lie, tabs, door.url, film, originals)
    print(f"all is well, after {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
