# SPDX-License-Identifier: LGPL-2.1-or-later
"""The page by keys alone, as from a sofa: arrows, Enter, Escape, and the player's letters.

usage: page_keys.py SERVER SEED MAKE FOLDER OUT    (as page.py)
"""
import os
import sys
import tempfile

from house import ask, eventually, missing
from page_rig import films_in, run_parts, served, swarm, viewer
from webdriver import Browser


def until(viewer, key, what, most=40):
    """Presses it until the focus is on something that is called so."""
    for _ in range(most):
        if what in viewer.focused():
            return
        viewer.press(key)
    raise AssertionError(f"{key} never leads to “{what}”, but to “{viewer.focused()}”")


def arrows_lead_to_a_film_that_plays(viewer, info_hash):
    viewer.open()
    viewer.has("the library must be there", "document.querySelectorAll('.card').length === 1")
    until(viewer, "ArrowDown", "h264-aac")
    viewer.press("Enter")
    viewer.plays(0.1)
    assert viewer.run("return location.hash") == f"#/t/{info_hash}"
    assert viewer.run("return document.activeElement.className") == "stage"


def on_the_picture_keys_play_pause_and_jump(viewer, _):
    viewer.press("Enter")
    assert viewer.state()["paused"]
    before = viewer.state()["time"]
    viewer.press("ArrowRight")
    assert abs(viewer.state()["time"] - before - 10) < 0.5, viewer.state()
    viewer.press("ArrowLeft")
    assert abs(viewer.state()["time"] - before) < 0.5, viewer.state()
    viewer.press(" ")
    viewer.plays(before)
    viewer.press("m")
    assert viewer.state()["muted"]
    viewer.press("m")
    assert not viewer.state()["muted"]
    viewer.press("c")
    viewer.has("subtitles must be on", "[...film().textTracks].some(t => t.mode === 'showing')")
    viewer.press("c")
    viewer.has("subtitles must be off", "[...film().textTracks].every(t => t.mode !== 'showing')")
    viewer.press("f")
    viewer.has("it must fill the screen", "document.fullscreenElement && document.fullscreenElement.className.includes('player')")
    viewer.press("f")
    viewer.has("it must leave it", "document.fullscreenElement === null")
    viewer.press("?")
    assert "these keys" in viewer.run("return document.querySelector('dialog[open]').innerText")
    viewer.press("Escape")
    viewer.has("the sheet must close", "document.querySelector('dialog[open]') === null")


def every_control_is_reached(viewer, _):
    viewer.run("document.querySelector('.stage').focus()")
    seen = set()
    until(viewer, "ArrowDown", "Place in the film")
    viewer.press("ArrowDown")
    until(viewer, "ArrowLeft", "Pause")
    for _ in range(14):
        seen.add(viewer.focused())
        viewer.press("ArrowRight")
    until(viewer, "ArrowUp", "The film")
    for name in ("Back 10 seconds", "Ahead 10 seconds", "Mute", "Subtitles", "Speed", "Keys", "Full screen"):
        assert name in seen, (name, seen)


def a_menu_by_arrows(viewer, _):
    viewer.run("document.querySelector('.controls button[aria-label=Speed]').focus()")
    viewer.press("Enter")
    assert viewer.focused() == "Normal", viewer.focused()
    viewer.press("ArrowDown", "ArrowDown", "Enter")
    assert viewer.run("return film().playbackRate") == 1.5
    assert viewer.focused() == "Speed"
    viewer.press("Enter", "Escape")
    assert viewer.focused() == "Speed" and viewer.run("return document.querySelector('[role=menu]:not([hidden])') === null")


def down_to_the_links_and_back_up(viewer, _):
    until(viewer, "ArrowDown", "Remove")
    until(viewer, "ArrowLeft", "Keep for good")
    viewer.press("Enter")
    eventually("it must be pinned", lambda: viewer.focused() == "Kept for good")
    viewer.run("scrollTo(0, document.body.scrollHeight)")
    until(viewer, "ArrowDown", "Copy the link: Playlist")
    for _ in range(20):
        viewer.press("ArrowUp")
    assert viewer.run("return document.activeElement.closest('header') !== null"), viewer.focused()
    until(viewer, "ArrowRight" if viewer.focused() == "gst-torrent" else "ArrowLeft", "Magnet link")
    viewer.press(*"zz top", "Enter")
    viewer.has("words are searched for", "location.hash.startsWith('#/search/') && !document.body.innerText.includes('Asking')")
    viewer.browser.console()  # of a server without search


def back_in_the_library_one_is_where_one_was(viewer, _):
    """Beyond what is shown at first; when the card has gone, at its place."""
    number = 200
    for n in range(number):
        ask(viewer.base + "/api/torrents?wait=0", {"magnetUri": f"magnet:?xt=urn:btih:{n + 1:040x}&dn=film {n:03}"})
    viewer.open()
    viewer.has("the first must be there", "document.querySelectorAll('.card').length >= 60")
    row = "return [...document.querySelectorAll('.card')].indexOf(document.activeElement) > 90"
    eventually("more are shown further down", lambda: viewer.run(row) or viewer.press("ArrowDown"))
    place = "return Math.round(document.activeElement.getBoundingClientRect().top + scrollY)"
    at, name = viewer.run(place), viewer.focused()
    viewer.press("Enter")
    viewer.has("it must be shown", "location.hash.startsWith('#/t/') && document.querySelector('.film .buttons')")
    viewer.run("history.back()")
    viewer.has("the library must be there", "document.querySelectorAll('.card').length > 60")
    assert (viewer.focused(), viewer.run(place)) == (name, at), (viewer.focused(), viewer.run(place), at)
    assert viewer.run("const {top, bottom} = document.activeElement.getBoundingClientRect(); return top >= 0 && bottom <= innerHeight")
    following = viewer.run("return document.activeElement.nextElementSibling.dataset.hash")
    viewer.run("await fetch('/api/torrents/' + document.activeElement.dataset.hash, {method: 'DELETE'})")
    viewer.has("the next is at its place", "document.activeElement.dataset.hash === args[0]", following)
    viewer.browser.console()  # posters of what has none


def main(server_program, seed_program, make_program, made, out):
    if not Browser.installed():
        missing("Chromium is missing: install the Debian packages `chromium` and `chromium-driver`")
    os.makedirs(out, exist_ok=True)
    names = ["h264-aac.mp4", "h264-aac.en.srt"]
    with tempfile.TemporaryDirectory(dir=os.path.dirname(made)) as shared, films_in(shared + "/h264-aac", make_program, made, names) as folder, \
            swarm(seed_program, folder) as magnet, served(server_program) as base, viewer(base) as user:
        info_hash = ask(base + "/api/torrents", {"magnetUri": magnet})["infoHash"]
        wrong = run_parts(user, out, (arrows_lead_to_a_film_that_plays, on_the_picture_keys_play_pause_and_jump, every_control_is_reached,
                                      a_menu_by_arrows, down_to_the_links_and_back_up, back_in_the_library_one_is_where_one_was), info_hash)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
