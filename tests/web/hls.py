# SPDX-License-Identifier: LGPL-2.1-or-later
"""Films of all kinds play as HLS in Chromium with hls.js, from a swarm.

usage: hls.py SERVER SEED MAKE FOLDER OUT [FILM[:CONTAINER]...]
    (programs; tests/hls/media/make.py and the folder for its films; the folder for hls.js and the screenshots)

Every frame carries its number and the sound tells its track, so what lands wrong is seen and heard.
"""
import json
import math
import os
import pathlib
import random
import sys
import tempfile
import time
import traceback

from house import Program, Site, ask, eventually, make, missing, packages, server
from webdriver import Browser

HERE = pathlib.Path(__file__).resolve().parent
FPS = 25
FILMS = ["h264-aac.mp4:ts", "h264-aac.mp4:fmp4", "h264-fragmented.mp4", "av1-aac.mp4", "tracks.mp4", "tracks.mkv",
         "h264-ac3.mkv", "vp9-opus.webm", "h264-aac.ts", "h264-aac-wrap.ts", "h264-aac-list.flv", "h264-silent-part.ts:ts",
         "h264-silent-part.ts:fmp4"]
BESIDE = ["h264-aac.en.srt", "h264-aac.ru.srt", "h264-aac.ja.ass"]
# tx3g has one text at a time: the long cue ends where the next one begins.
NO_LONG_CUE = {"tracks.mp4"}
# Recordings that were joined: hls.js puts each where it finds it first, so that after a jump into another one pictures
# come up to twice as late, and words as much too early.
JOINED = {"h264-silent-part.ts"}
# Of the films that have several: the pitch of each sound track, the first word of each cue of each language.
PITCHES = {"tracks.mkv": [440, 330, 550], "tracks.mp4": [440, 330], "tracks.ts": [440, 330]}
WORDS = {"en": "Second", "de": "Sekunde", "fr": "Seconde", "ru": "Секунда", "ja": "秒"}


def hls_js(out):
    return packages(out) / "hls.js/dist/hls.min.js"


class Viewing:
    """One film in one page."""

    def __init__(self, browser, site, name, url, out):
        self.browser, self.name, self.url, self.out = browser, name, url, out
        self.chance = random.Random(name)
        browser.open(site)

    def run(self, script, *arguments):
        return self.browser.run(script, *arguments)

    def load(self, **config):
        self.run("await load(args[0], args[1])", self.url, config)

    def right(self, got, where):
        """The frame that is shown is the one of this time."""
        wanted = math.floor(got["time"] * FPS + self.shift + 0.01)
        assert abs(got["frame"] - wanted) <= 1, f"{where}: frame {got['frame']}, not {wanted}, at {got['time']:.3f} s"

    def learn_shift(self, shift):
        """hls.js puts the earliest time stamp of what it loads first at that segment's time: most often a decoding time,
        two or three frames before the first picture, or sound that begins a little before."""
        assert (-6.1 if self.name in JOINED else -3.1) <= shift <= 1.1, f"all frames are off by {shift}"
        self.shift = shift

    def learn_shift_of(self, got):
        # A frame is shown from up to 1/25 s before.
        self.learn_shift(round(got["frame"] - got["time"] * FPS + 0.5))

    def starts(self):
        began = time.monotonic()
        self.load()
        took = time.monotonic() - began
        state = self.run("return state()")
        assert not [f for f in state["faults"] if "FATAL" in f], state["faults"]
        assert (state["width"], state["height"]) == (320, 180), state
        self.duration = state["duration"]
        print(f"  {took:.2f} s to the first picture; {self.duration:.2f} s; {json.dumps(self.run('return tracks()'))}"
              f" {state['faults']}")

    def plays_to_the_end(self):
        self.run("await listen(); watch(); await film.play()")
        pitches = PITCHES.get(self.name, [440])
        eventually("sound must be heard", lambda: self.run("return loudness(args[0])[0]", pitches) > -50)
        self.browser.screenshot(f"{self.out}/{self.name}.png")
        self.run("film.playbackRate = 4")
        end = eventually("it must play to the end", lambda: (s := self.run("return state()"))["ended"] and s, 60)
        shown = self.run("return shown")
        assert not [f for f in end["faults"] if "FATAL" in f], end["faults"]
        assert len(shown) > 50 and shown[-1][0] > self.duration - 0.5, f"{len(shown)} frames, the last {shown[-1:]}"
        off = sorted(n - t * FPS for t, n in shown)
        self.learn_shift(off[len(off) // 2])
        wrong = [(t, n) for t, n in shown if abs(n - t * FPS - self.shift) > 1.1]
        assert len(wrong) * 50 <= len(shown), f"{len(wrong)} of {len(shown)} frames are wrong: {wrong[:5]}"
        print(f"  to the end: {len(shown)} frames, off by {off[0]:.1f} to {off[-1]:.1f}, mostly {off[len(off) // 2]:.2f};"
              f" {end['faults']}")

    def seeks(self):
        self.run("film.pause(); film.playbackRate = 1")
        took = []
        for _ in range(10):
            second = self.chance.uniform(0.2, self.duration - 0.5)
            began = time.monotonic()
            self.right(self.run("return await seek(args[0])", second), f"seek to {second:.3f}")
            took.append(time.monotonic() - began)
        state = self.run("return state()")
        assert not [f for f in state["faults"] if "FATAL" in f], state["faults"]
        self.browser.screenshot(f"{self.out}/{self.name}-seek.png")
        print(f"  ten seeks, the longest {max(took):.2f} s")

    def starts_anywhere(self):
        for _ in range(2):
            second = self.chance.uniform(1, self.duration - 1)
            self.load(startPosition=second)
            self.run("await settled()")
            got = self.run("return {time: film.currentTime, frame: frame()}")
            assert abs(got["time"] - second) < 0.3, f"it started at {got}, not {second}"
            self.learn_shift_of(got)
            got = self.run("return await seek(args[0])", self.chance.uniform(0.2, self.duration - 0.5))
            if self.name in JOINED:
                self.learn_shift_of(got)
            self.right(got, "seek after it")
        print("  starts anywhere;", self.run("return faults"))

    def switches_sound(self):
        pitches = PITCHES.get(self.name)
        if not pitches:
            return
        self.load()
        self.run("await listen(); await film.play()")
        order = [1, *range(2, len(pitches)), 0]
        for number in order:
            self.run("film.currentTime = Math.min(film.currentTime, film.duration - 8); player.audioTrack = args[0]", number)
            eventually(f"sound track {number} must be heard", lambda: (
                loud := self.run("return loudness(args[0])", pitches)) and loud[number] > -40
                and max(loud) == loud[number] and sorted(loud)[-2] < loud[number] - 10, 15)
        assert not [f for f in self.run("return faults") if "FATAL" in f], self.run("return faults")
        self.run("film.pause()")
        print("  sound tracks", order, self.run("return faults"))

    def shows_words(self):
        languages = self.run("return tracks().text") if self.name not in JOINED else []
        for number, language in enumerate(languages):
            self.load()
            self.run("player.subtitleDisplay = true; player.subtitleTrack = args[0]", number)
            for _ in range(5):
                self.shows_right_words(language)
            self.browser.screenshot(f"{self.out}/{self.name}-{number}-{language}.png")
        if languages:
            print("  words", languages, self.run("return faults"))

    def shows_right_words(self, language):
        second = self.chance.randrange(int(self.duration)) + self.chance.choice([0.5, 0.96])
        wanted = ([f"{WORDS[language[:2]]} {int(second)}"] if second % 1 == 0.5 else []) + (
            [f"{WORDS[language[:2]]}, long & over the others"] if 3 <= second < 15 and self.name not in NO_LONG_CUE else [])
        self.run("await seek(args[0])", second - self.shift / FPS)
        try:
            eventually("", lambda: sorted(self.run("return words()")) == sorted(wanted), 15)
        except AssertionError:
            raise AssertionError(f"{language} at {second}: {self.run('return words()')}, not {wanted}") from None


def watch_all(programs, folder, films, out, script):
    left = []
    with tempfile.TemporaryDirectory() as home, Program([programs[1], "--seeders=2", folder], r"magnet:\S+") as seed, \
            server(programs[0], home) as served, Site({"hls.html": HERE / "hls.html", "hls.js": script}) as site:
        added = ask(served.said + "/api/torrents", {"magnetUri": seed.said})
        files = {f["name"]: f for f in ask(f"{served.said}/api/torrents/{added['infoHash']}/files")["files"]}
        with Browser(["--autoplay-policy=no-user-gesture-required"]) as browser:
            for film in films:
                name, _, container = film.partition(":")
                print(film, flush=True)
                url = served.said + files[name]["hlsUrl"] + (f"?container={container}" if container else "")
                try:
                    viewing = Viewing(browser, site.url + "hls.html", name, url, out)
                    for part in (viewing.starts, viewing.plays_to_the_end, viewing.seeks, viewing.starts_anywhere,
                                 viewing.switches_sound, viewing.shows_words):
                        part()
                except (AssertionError, RuntimeError) as wrong:
                    left.append(film)
                    print("  WRONG:", "".join(traceback.format_exception_only(wrong)).strip()[:1000], flush=True)
                    browser.screenshot(f"{out}/{name}-wrong.png")
    return left


def main(server_program, seed_program, make_program, folder, out, *films):
    if not Browser.installed():
        missing("Chromium is missing: install the Debian packages `chromium` and `chromium-driver`")
    os.makedirs(out, exist_ok=True)
    script = hls_js(out)
    films = films or FILMS
    names = sorted({film.partition(":")[0] for film in films})
    unmade = make(make_program, folder, names + BESIDE)
    with tempfile.TemporaryDirectory(dir=out) as shared:
        for name in (n for n in names + BESIDE if n not in unmade):
            os.link(os.path.join(folder, name), os.path.join(shared, name))
        for name in unmade:
            print(name, "can't be made here")
        wrong = watch_all((server_program, seed_program), shared, [f for f in films if f.partition(":")[0] not in unmade],
                          out, script)
    print(f"{len(wrong)} of {len(films)} films are wrong: {', '.join(wrong)}" if wrong else "all play",
          "; screenshots in", out)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
