# SPDX-License-Identifier: LGPL-2.1-or-later
"""The server's page in Chromium, with a swarm behind it: what its tests share."""
import contextlib
import os
import statistics
import tempfile
import time
import traceback

from house import Program, eventually, has_page, make, missing, server
from webdriver import Browser

FPS = 25
FILMS = ["tracks.mkv", "h264-aac.mp4", "h264-aac.en.srt", "h264-aac.ja.ass"]
# Sight and hearing for a page that has none of it: the number that a frame shows, the loudness of pitches.
SENSES = """
window.film = () => document.querySelector('video');
window.frame = () => {
  const canvas = document.createElement('canvas');
  canvas.width = 160; canvas.height = 90;
  const paint = canvas.getContext('2d');
  paint.drawImage(film(), 0, 0, 160, 90);
  const row = paint.getImageData(0, 20, 160, 1).data;
  let number = 0;
  for (let bit = 0; bit < 16; ++bit) if (row[(bit * 10 + 5) * 4] > 128) number |= 1 << bit;
  return number;
};
window.listen = () => {
  const audio = new AudioContext();
  window.ears = audio.createAnalyser();
  ears.fftSize = 8192; ears.smoothingTimeConstant = 0;
  audio.createMediaElementSource(film()).connect(ears).connect(audio.destination);
  return audio.resume();
};
window.loudness = pitches => {
  const spectrum = new Float32Array(ears.frequencyBinCount);
  ears.getFloatFrequencyData(spectrum);
  return pitches.map(pitch => Math.max(-200, spectrum[Math.round(pitch * ears.fftSize / ears.context.sampleRate)]));
};
"""
STATE = ("const v = document.querySelector('video'); return v && {time: v.currentTime, ready: v.readyState, paused: v.paused,"
         " duration: v.duration, seeking: v.seeking, muted: v.muted, width: v.videoWidth}")


class Viewer:
    """A browser at the page of a server."""

    def __init__(self, browser, base):
        self.browser, self.base = browser, base
        self.run, self.press = browser.run, browser.press

    def open(self, place=""):
        """A new page each time: another part behind # alone would not load it anew."""
        self.browser.open("about:blank")
        self.browser.open(f"{self.base}/{place}")
        self.run(SENSES)

    def has(self, what, script, *arguments, seconds=20):
        return eventually(what, lambda: self.run("return " + script, *arguments), seconds)

    def state(self):
        return self.run(STATE)

    def plays(self, beyond=0.0, seconds=20):
        return eventually(f"the film must play beyond {beyond} s: {self.text()}",
                          lambda: (s := self.state()) and s["time"] > beyond and s["ready"] >= 3 and not s["paused"] and s, seconds)

    def text(self):
        return self.run("return document.body.innerText")[:600]

    def focused(self):
        """What it is called."""
        return self.run("const e = document.activeElement; return e.matches('main, body') ? '' : e.getAttribute('aria-label') || e.textContent")

    def choose(self, menu, choice):
        """From a menu of the player, by its words."""
        self.run("document.querySelector(`.controls button[aria-label='${args[0]}']`).click()", menu)
        self.run("[...document.querySelectorAll('[role=menu]:not([hidden]) button')]"
                 ".find(b => b.textContent.includes(args[0])).click()", choice)

    def seek(self, second):
        """By the page's own bar."""
        self.run("const bar = document.querySelector('.seekbar input'), done = new Promise(r => film().addEventListener('seeked', r,"
                 " {once: true})); bar.value = args[0]; bar.dispatchEvent(new Event('change')); await done;"
                 "await new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))", second)
        return self.run("return [film().currentTime, frame()]")

    def complaints(self):
        """What the console has against the page; pictures that are not there yet are no fault of it."""
        return [line for line in self.browser.console() if "/pictures/" not in line]


def run_parts(viewer, out, parts, *arguments):
    """Names of those that are wrong; a picture of each page at its end."""
    wrong = []
    for part in parts:
        began = time.monotonic()
        try:
            part(viewer, *arguments)
            print(f"{part.__name__}: {time.monotonic() - began:.1f} s", flush=True)
        except (AssertionError, RuntimeError) as error:
            wrong.append(part.__name__)
            print(part.__name__, "WRONG:", "".join(traceback.format_exception_only(error)).strip()[:1500], flush=True)
        viewer.browser.screenshot(f"{out}/{part.__name__}.png")
    if complaints := viewer.complaints():
        wrong.append("console")
        print("console:", *complaints, sep="\n  ")
    return wrong


def shift(seen):
    """By how much all frames are off. hls.js puts the earliest time stamp of what it loads first at the segment's time."""
    return statistics.median(frame - time * FPS for time, frame in seen)


@contextlib.contextmanager
def films_in(folder, make_program, made, names):
    """Films, made if they have to be, in a folder that can be shared."""
    make(make_program, made, names)
    os.makedirs(folder, exist_ok=True)
    for name in names:
        if not os.path.exists(os.path.join(folder, name)):
            os.link(os.path.join(made, name), os.path.join(folder, name))
    yield folder


@contextlib.contextmanager
def swarm(seed_program, path, *options):
    with Program([seed_program, "--piece-size=64", *options, path], r"magnet:\S+") as seed:
        yield seed.said


@contextlib.contextmanager
def served(server_program, **settings):
    with tempfile.TemporaryDirectory() as home, server(server_program, home, **settings) as running:
        if not has_page(running.said):
            missing("the server was built without npm: it has the plain page only")
        yield running.said


@contextlib.contextmanager
def viewer(base):
    with Browser(["--autoplay-policy=no-user-gesture-required"]) as browser:
        yield Viewer(browser, base)
