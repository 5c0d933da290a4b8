# SPDX-License-Identifier: LGPL-2.1-or-later
"""How the page looks: on a phone, a desk, a TV; light and dark; with names of strangers; to who can't see it (axe-core).

usage: page_looks.py SERVER SEED MAKE FOLDER OUT [PICTURES]    (as page.py; PICTURES: a folder for those of the documentation)
"""
import contextlib
import os
import pathlib
import random
import subprocess
import sys
import tempfile

from house import ask, missing, packages
from page_rig import run_parts, served, swarm, viewer
from webdriver import Browser

SIZES = ((360, 740), (1280, 800), (1920, 1080))
SECONDS = 24
FILM = "The Quiet Harbour (2021).mkv"
LIBRARY = ["Night Trains S01E03 1080p.mkv", "Ørsted – Lys over havet (2019).mp4", "رحلة إلى الشمال.mkv", "Долгая дорога.mkv",
           "A Field Guide to Northern Mosses, with a Long Walk at the End of It and Some Rain 2160p HEVC.mkv"]
HOSTILE = ["<img src=x onerror=hacked()>.mkv", "<script>hacked()<script> & \"quotes' --> .mkv", "שלום عالم ٩٩٩ (text) 1.mkv",
           "x" * 230 + ".mkv", "\u0300" * 60 + " zalgo.mkv", "javascript:hacked().mkv"]
RESULTS = {"query": "harbour", "providers": [{"name": "<b>own</b>", "state": "ok", "ms": 80, "results": 2},
                                             {"name": "far", "state": "failed", "ms": 5000, "results": 0, "error": "no answer in 5 s"}],
           "results": [{"name": name, "infoHash": f"{n:040x}", "size": 7 * 10**8 * (n + 1), "seeders": 120 // (n + 1), "leechers": None, "cached": n == 1,
                        "date": "2021-05-17T00:00:00Z", "category": "video", "providers": ["own"], "magnet": "magnet:?xt=urn:btih:" + f"{n:040x}",
                        "streamUrl": "", "hlsUrl": ""} for n, name in enumerate([FILM, *LIBRARY[:2], HOSTILE[0], "\u202evkm.evil " + "y" * 300])]}


def make_film(path):
    """A sunrise, with sound and two languages of subtitles."""
    if os.path.exists(path):
        return
    folder = os.path.dirname(path)
    for language, text in (("en", "The boats come home before the light does."), ("de", "Die Boote kommen vor dem Licht nach Hause.")):
        pathlib.Path(folder, language + ".srt").write_text(f"1\n00:00:01,000 --> 00:00:23,000\n{text}\n", encoding="utf-8")
    # Sky, a sun that rises, water that mirrors it.
    hill = "21+4*sin(X/30)+2.5*sin(X/11+1)"
    sun = "exp(-(pow(X-215,2)+pow(Y-(95-T*1.5),2))/1300)"
    light = f"if(lt(Y,110),clip(60+Y*0.9+190*{sun},0,255),clip(190-(Y-110)*1.6+26*sin(Y*Y/23+T*3+X/18)*exp(-pow(X-215,2)/7500),0,255))"
    shape = f"if(between(Y,110-({hill}),110),26,{light})"
    picture = (f"nullsrc=s=320x180:r=8:d={SECONDS},format=yuv444p,geq=lum='{shape}':cb='if(lt(Y,110),142-40*{sun},146)'"
               f":cr='if(lt(Y,110),128+56*{sun},118)',scale=1280:720:flags=bicubic,format=yuv420p")
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", f"sine=frequency=220:duration={SECONDS}",
                    "-i", folder + "/en.srt", "-i", folder + "/de.srt", "-map", "0", "-map", "1", "-map", "2", "-map", "3",
                    "-metadata:s:s:0", "language=eng", "-metadata:s:s:1", "language=ger", "-c:v", "libx264", "-preset", "veryfast", "-g", "16",
                    "-c:a", "aac", "-c:s", "srt", "-f", "matroska", path + ".part"], check=True)
    os.rename(path + ".part", path)


def screens(viewer, out, name, ready, before=lambda: None):
    """Pictures of a view in all sizes and themes; nothing may be wider than the screen."""
    for width, height in SIZES:
        for dark in (False, True):
            viewer.browser.look(width, height, dark)
            viewer.has(f"{name} must be there", ready)
            before()
            wide = viewer.run("return [document.documentElement.scrollWidth, [...document.querySelectorAll('body *')].filter(e =>"
                              " e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.unseen, .skip')).slice(0, 5).map(e => e.outerHTML.slice(0, 120))]")
            assert wide[0] <= width, f"{name} at {width}: {wide}"
            viewer.browser.screenshot(f"{out}/{name}-{width}-{'dark' if dark else 'light'}.png")


def accessible(viewer, axe, name):
    for dark in (False, True):
        viewer.browser.look(1280, 800, dark)
        viewer.browser.run(axe + "; return null")
        found = viewer.run("return (await axe.run(document, {resultTypes: ['violations']})).violations.map(v => [v.id, v.impact, v.help,"
                           " v.nodes.slice(0, 3).map(n => n.html.slice(0, 200) + ' ' + n.failureSummary.slice(0, 300))])")
        bad = [one for one in found if one[1] in ("serious", "critical")]
        assert not bad, f"{name}, {'dark' if dark else 'light'}: {bad}"
        if found:
            print(f"  {name}: minor:", [one[:3] for one in found])


class Looks:
    """The views, one after the other."""

    def __init__(self, out, info_hash, axe):
        self.out, self.info_hash, self.axe = out, info_hash, axe

    def library(self, viewer):
        viewer.open()
        screens(viewer, self.out, "library", f"document.querySelectorAll('.card').length === {len(LIBRARY) + 1} && document.querySelector('.card img')")
        accessible(viewer, self.axe, "library")

    def film(self, viewer):
        viewer.open(f"#/t/{self.info_hash}")
        viewer.plays(0.1)
        viewer.run("for (const d of document.querySelectorAll('aside details')) d.open = true; film().loop = true")
        viewer.has("plots must be drawn", "document.querySelectorAll('.plots canvas').length === 3")
        viewer.choose("Subtitles", "English")
        viewer.run("film().currentTime = 14; document.activeElement.blur()")
        viewer.has("what was chosen must have been said", "document.querySelector('.toast').hidden")

        def awake():
            viewer.run("document.querySelector('.player').dispatchEvent(new PointerEvent('pointermove'))")
            viewer.has("it must be painted", "!film().seeking && film().readyState >= 3")
        screens(viewer, self.out, "film", "/of \\d+ pieces/.test(document.querySelector('.map + p').textContent)", awake)
        viewer.run("film().pause()")
        accessible(viewer, self.axe, "film")

    def settings(self, viewer):
        """Bound to loopback the server has no address for a TV; the page is given one."""
        viewer.open()
        viewer.run("const real = window.fetch; window.fetch = async (to, ...more) => { const answer = await real(to, ...more);"
                   "if (to !== '/status') return answer; const told = await answer.json(); told.data.addresses = ['http://192.168.1.20:7000'];"
                   "return new Response(JSON.stringify(told)); }; location.hash = '#/settings'")
        viewer.has("it can be scanned", "document.querySelector('.code[aria-label=\"http://192.168.1.20:7000/\"]')?.width >= 21")
        screens(viewer, self.out, "settings", "document.querySelectorAll('.panel').length === 5")
        accessible(viewer, self.axe, "settings")

    def search(self, viewer):
        """Providers are of another test: what they may say at the worst is given to the page here."""
        viewer.open()
        viewer.run("const real = window.fetch; window.hacked = () => { window.wasHacked = true; };"
                   "window.fetch = (to, ...more) => String(to).startsWith('/search') ? (window.asked = (window.asked || 0) + 1, "
                   "Promise.resolve(new Response(JSON.stringify({success: true, data: args[0]})))) : more[0]?.method === 'POST' ? "
                   "Promise.reject(new TypeError('away')) : real(to, ...more); location.hash = '#/search/harbour'", RESULTS)
        screens(viewer, self.out, "search", f"document.querySelectorAll('.results .result').length === {len(RESULTS['results'])}")
        accessible(viewer, self.axe, "search")
        assert not viewer.run("return window.wasHacked || document.querySelector('main img[src=x], main b')")
        viewer.run("document.querySelectorAll('.results .result')[3].click(); location.hash = '#/settings'")
        viewer.has("one is elsewhere", "document.querySelectorAll('.panel').length === 5")
        viewer.run("history.back()")
        viewer.has("one is back at what one chose, and nobody is asked again",
                   "document.activeElement === document.querySelectorAll('.results .result')[3] && window.asked === 1")

    def plain(self, viewer):
        viewer.open("web/plain.html")
        screens(viewer, self.out, "plain", f"document.querySelectorAll('main #list button').length === {len(LIBRARY) + 1}")
        accessible(viewer, self.axe, "plain")

    def dialogs(self, viewer):
        viewer.open(f"#/t/{self.info_hash}")
        viewer.plays(0.1)
        viewer.press("?")
        viewer.has("keys", "document.querySelector('dialog[open]')")
        accessible(viewer, self.axe, "keys")
        viewer.browser.screenshot(f"{self.out}/keys.png")


def files_are_told_apart(viewer, _, info_hash):
    """Their names begin alike: what is left out is what all have, and nothing at the end."""
    cases = [(["A/B/1.mkv", "A/B/2.mkv"], ["1.mkv", "2.mkv"]), (["A/S1/1.mkv", "A/S2/1.mkv", "A/x.srt"], ["S1/1.mkv", "S2/1.mkv", "x.srt"]),
             (["A/B/1.mkv"], ["1.mkv"]), (["1.mkv"], ["1.mkv"]), (["AB/1.mkv", "A/1.mkv"], ["AB/1.mkv", "A/1.mkv"]), ([], [])]
    viewer.open()
    for paths, short in cases:
        assert viewer.run("return args[0].map((await import('/web/format.js')).shortened(args[0]))", paths) == short
    viewer.open("#/t/" + info_hash)
    viewer.browser.look(360, 740)
    viewer.has("files must be listed", f"document.querySelectorAll('.result').length === {len(HOSTILE)}")
    for name, title, shown, height in viewer.run(
            "return [...document.querySelectorAll('.result .name')].map(e => [e.textContent, e.title, e.clientHeight, e.scrollHeight])"):
        assert title == "strange/" + name and shown >= height - 1, (name, title, shown, height)
    viewer.open("web/plain.html")
    viewer.has("the plain page must list it", "document.querySelectorAll('#list button').length === 1")
    viewer.press("Enter")
    viewer.has("and its files", f"document.querySelectorAll('#list button').length === {len(HOSTILE) + 1}")
    shown = viewer.run("return [...document.querySelectorAll('#list button')].map(e => e.firstChild.textContent)")
    assert sorted(shown) == sorted(["Back", *HOSTILE]), shown


def names_of_strangers_are_only_text(viewer, out, info_hash):
    viewer.open()
    viewer.run("window.hacked = () => { window.wasHacked = true; }")
    viewer.run("location.hash = args[0]", f"#/t/{info_hash}")
    screens(viewer, out, "hostile", f"document.querySelectorAll('.result').length === {len(HOSTILE)}")
    shown = viewer.run("return [...document.querySelectorAll('.result .name')].map(e => e.textContent)")
    assert sorted(shown) == sorted(HOSTILE), shown
    assert not viewer.run("return window.wasHacked || document.querySelector('main script, main img[src=x]')")
    assert viewer.run("return [...document.querySelectorAll('.result .name')].every(e => getComputedStyle(e).unicodeBidi === 'isolate')")
    viewer.browser.console()  # what plays in name only can't be played


def pictures(out, to):
    """Small ones for README and docs."""
    for name, source in (("library", "library-1280-dark"), ("film", "film-1280-dark"), ("phone", "film-360-light")):
        subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", f"{out}/{source}.png", "-vf", "scale='min(iw,960)':-2", "-c:v", "libwebp",
                        "-quality", "80", f"{to}/{name}.webp"], check=True)


def main(server_program, seed_program, make_program, made, out, to=None):
    if not Browser.installed():
        missing("Chromium is missing: install the Debian packages `chromium` and `chromium-driver`")
    os.makedirs(out, exist_ok=True)
    axe = (packages(out) / "axe-core/axe.min.js").read_text(encoding="utf-8")
    make_film(f"{out}/{FILM}")
    chance = random.Random(3)
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as running:
        base = running.enter_context(served(server_program))
        info_hash = ask(base + "/api/torrents", {"magnetUri": running.enter_context(swarm(seed_program, f"{out}/{FILM}"))})["infoHash"]
        for number, name in enumerate(LIBRARY):
            pathlib.Path(folder, name).write_bytes(chance.randbytes(3_000_000))
            magnet = running.enter_context(swarm(seed_program, f"{folder}/{name}", *(["--rate=20"] if number % 2 else [])))
            ask(base + "/api/torrents", {"magnetUri": magnet})
        strange = pathlib.Path(folder, "strange")
        strange.mkdir()
        for name in HOSTILE:
            (strange / name).write_bytes(chance.randbytes(20_000))
        other = running.enter_context(served(server_program))
        hostile = ask(other + "/api/torrents", {"magnetUri": running.enter_context(swarm(seed_program, str(strange)))})["infoHash"]
        user = running.enter_context(viewer(base))
        looks = Looks(out, info_hash, axe)
        wrong = run_parts(user, out, [looks.library, looks.film, looks.settings, looks.search, looks.plain, looks.dialogs])
        user.base = other
        wrong += run_parts(user, out, [files_are_told_apart, names_of_strangers_are_only_text], out, hostile)
    if to and not wrong:
        pictures(out, to)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
