# SPDX-License-Identifier: LGPL-2.1-or-later
"""The server's page, as somebody uses it who pastes a magnet link.

usage: page.py SERVER SEED MAKE FOLDER OUT    (programs; tests/hls/media/make.py and the folder for its films; screenshots)
"""
import os
import random
import sys
import tempfile

from house import ask, eventually, missing
from page_rig import FILMS, FPS, films_in, run_parts, served, shift, swarm, viewer
from webdriver import Browser

BEFORE_THE_FILM = 300_000  # bytes over the wire at most, before the player starts
PITCHES = [440, 330, 550]  # of the sound tracks of tracks.mkv


def pasted(viewer, magnet):
    """From the paste to a moving picture; what the page itself weighs until then."""
    viewer.open()
    viewer.run("""
      const field = document.getElementById('what');
      window.began = performance.now();
      new MutationObserver((_, watcher) => {
        const film = document.querySelector('video');
        if (!film) return;
        watcher.disconnect();
        film.requestVideoFrameCallback(() => { window.took = performance.now() - began; });
      }).observe(document.body, {childList: true, subtree: true});
      field.value = args[0];
      field.dispatchEvent(new ClipboardEvent('paste'));""", magnet)
    took = viewer.has("there must be a picture", "window.took") / 1000
    weight = viewer.run("""return performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))
      .filter(one => !/\\/(hls|stream)\\//.test(one.name)).map(one => [one.name.replace(location.origin, ''), one.transferSize,
        Math.round(one.startTime), Math.round(one.responseEnd)])""")
    return took, weight


def a_magnet_plays_in_three_seconds(viewer, magnet):
    for _ in range(3):  # on a machine that does other things, too
        took, weight = pasted(viewer, magnet)
        if took < 3:
            break
        print(f"  slow: {took:.2f} s; what was loaded (bytes, from ms, to ms):", weight)
        info_hash = ask(viewer.base + "/api/torrents")["torrents"][0]["infoHash"]
        viewer.run("await fetch(`/api/torrents/${args[0]}?deleteFiles=true`, {method: 'DELETE'})", info_hash)
    total = sum(size for _, size, _, _ in weight)
    assert took < 3, f"{took:.2f} s"
    assert 100_000 < total < BEFORE_THE_FILM, sorted(weight, key=lambda one: -one[1])[:12]
    print(f"  {took:.2f} s from the paste to the picture, {total / 1000:.0f} kB before it")


def choose_film(viewer, name):
    viewer.has("the file must be listed", "[...document.querySelectorAll('.result')].some(a => a.textContent.includes(args[0]))", name)
    viewer.run("[...document.querySelectorAll('.result')].find(a => a.textContent.includes(args[0])).click()", name)
    viewer.has("it must be shown", "film() && film().getAttribute('aria-label') === args[0] && film().readyState >= 2", name)


def seeks_land(viewer, _):
    choose_film(viewer, "h264-aac.mp4")
    viewer.run("film().pause()")
    chance, seen = random.Random(7), []
    for _ in range(10):
        seen.append(viewer.seek(chance.uniform(0.5, viewer.state()["duration"] - 1)))
    off = shift(seen)
    assert -3.1 <= off <= 1.1, seen
    assert all(abs(frame - time * FPS - off) <= 1.1 for time, frame in seen), seen


def sound_and_subtitles_are_chosen(viewer, _):
    choose_film(viewer, "tracks.mkv")
    viewer.run("await listen(); film().loop = true; await film().play()")
    for number, words in ((1, "de"), (2, "fr"), (0, "en")):
        labels = viewer.run("document.querySelector(`.controls button[aria-label='Sound']`).click();"
                            "return [...document.querySelectorAll('[role=menu]:not([hidden]) button')].map(b => b.textContent)")
        viewer.press("Escape")
        viewer.choose("Sound", labels[number])
        eventually(f"track {number} ({words}) must be heard", lambda: (
            loud := viewer.run("return loudness(args[0])", PITCHES)) and loud[number] > -50 and max(loud) == loud[number]
            and sorted(loud)[-2] < loud[number] - 10)
    labels = viewer.run("document.querySelector(`.controls button[aria-label='Subtitles']`).click();"
                        "return [...document.querySelectorAll('[role=menu]:not([hidden]) button')].map(b => b.textContent)")
    viewer.press("Escape")
    assert labels[0] == "Off" and len(labels) == 4, labels
    cues = ("[...film().textTracks].filter(t => t.mode === 'showing').flatMap(t => [...t.activeCues || []])"
            ".map(c => c.getCueAsHTML().textContent).join()")
    for number, word in ((2, "Sekunde"), (3, "Seconde"), (1, "Second")):
        viewer.choose("Subtitles", labels[number])
        viewer.has(f"“{word}” must be read", cues + ".includes(args[0] + ' ')", word)
    viewer.choose("Subtitles", "Off")
    viewer.has("nothing must be read", cues + " === ''")


def it_goes_on_where_it_was_left(viewer, _):
    choose_film(viewer, "h264-aac.mp4")
    viewer.seek(12.5)
    viewer.open(viewer.run("return location.hash"))
    viewer.has("it must go on", "film() && film().readyState >= 2 && film().currentTime > 12")
    assert "Goes on at 0:12" in viewer.text(), viewer.text()


def the_map_and_plots_are_drawn(viewer, _):
    viewer.has("pieces must be counted", "/\\d+ of \\d+ pieces/.test(document.querySelector('.map + p').textContent)")
    painted = viewer.run("const map = document.querySelector('.map');"
                         "return new Set(new Uint32Array(map.getContext('2d').getImageData(0, 0, map.width, map.height).data.buffer)).size")
    assert painted >= 2, painted
    assert not viewer.run("return performance.getEntriesByName(location.origin + '/web/uplot.js').length"), "loaded only when opened"
    viewer.run("[...document.querySelectorAll('summary')].find(s => s.textContent.includes('buffer')).click()")
    viewer.has("three plots", "document.querySelectorAll('.plots canvas').length === 3")


def main(server_program, seed_program, make_program, made, out):
    if not Browser.installed():
        missing("Chromium is missing: install the Debian packages `chromium` and `chromium-driver`")
    os.makedirs(out, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=os.path.dirname(made)) as shared, films_in(shared, make_program, made, FILMS), \
            swarm(seed_program, shared) as magnet, served(server_program) as base, viewer(base) as user:
        wrong = run_parts(user, out, (a_magnet_plays_in_three_seconds, seeks_land, sound_and_subtitles_are_chosen,
                                      it_goes_on_where_it_was_left, the_map_and_plots_are_drawn), magnet)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
