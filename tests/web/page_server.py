# SPDX-License-Identifier: LGPL-2.1-or-later
"""The page and a server that wants a token, goes away, comes back; and the plain page for old TVs.

usage: page_server.py SERVER SEED MAKE FOLDER OUT    (as page.py)
"""
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request

from house import ask, eventually, missing, packages, server
from page_rig import films_in, run_parts, served, swarm, viewer
from webdriver import Browser

TOKEN = "a secret for the page"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def the_token_is_asked_for_once(viewer, magnet):
    viewer.open()
    viewer.has("it must ask", "document.querySelector('dialog[open] #token')")
    viewer.browser.type("#token", "wrong")
    viewer.press("Enter")
    viewer.has("it must say so", "[...document.querySelectorAll('dialog[open] .wrong')].some(p => p.textContent)")
    viewer.browser.type("dialog[open] #token", TOKEN)
    viewer.press("Enter")
    viewer.has("it must be let in", "document.querySelector('dialog[open]') === null && document.querySelector('.empty:not([hidden])')")
    viewer.browser.type("#what", magnet)
    viewer.browser.click(".add button")
    viewer.plays(0.1)
    links = viewer.run("return [...document.querySelectorAll('.address')].map(a => a.href)")
    assert len(links) == 3 and all("token=" in link and "secret" not in link for link in links), links
    for link in links:
        ask_plainly_bytes(link)
    viewer.open(viewer.run("return location.hash"))
    viewer.plays(0.1)
    assert not viewer.run("return document.querySelector('dialog[open]')"), "it was kept"
    viewer.run("localStorage.clear()")
    viewer.open(f"?token={urllib.parse.quote(TOKEN)}")
    viewer.has("a link may bring it", "document.querySelectorAll('.card').length === 1")
    assert "token" not in viewer.run("return location.href"), "it does not stay in the address"
    viewer.run("localStorage.clear()")
    viewer.open(f"web/plain.html?token={urllib.parse.quote(TOKEN)}")
    viewer.has("the plain page, too", "document.querySelectorAll('#list button').length === 1 && !location.search")
    # The page's questions without the token are what it is about.
    viewer.browser.console()


def ask_plainly_bytes(url):
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Range": "bytes=0-99"}), timeout=20) as answer:
        assert answer.read(), url


def page_of_a_server_that_goes_and_comes(server_program, user, magnet):
    port = free_port()
    with tempfile.TemporaryDirectory() as home:
        with server(server_program, home, PORT=port) as running:
            user.base = running.said
            info_hash = ask(user.base + "/api/torrents", {"magnetUri": magnet})["infoHash"]
            user.open(f"#/t/{info_hash}")
            user.plays(0.1)
        user.has("it must say so", "document.querySelector('.banner:not([hidden])')?.textContent.includes('does not answer')", seconds=40)
        assert "Trying again" in user.text()
        user.run("location.hash = '#/settings'")
        user.has("what can't be shown says why", "document.querySelector('main .trouble')?.textContent.includes('Is it running')")
        with server(server_program, home, PORT=port):
            user.has("it must be noticed", "document.querySelector('.banner').textContent.includes('is back')", seconds=40)
            user.run("location.hash = args[0]", f"#/t/{info_hash}")
            user.plays(0.1)
    user.browser.open("about:blank")  # the page would go on asking
    user.browser.console()  # it can't be kept from telling of refused connections


def the_plain_page_plays(viewer, _):
    viewer.open("web/plain.html")
    viewer.has("it must list", "document.querySelectorAll('#list button').length === 1")
    assert re.fullmatch(r"\d+ %(, 1 peer)?", state := viewer.run("return document.querySelector('main #list small').textContent")), state
    viewer.press("Enter")
    viewer.plays(0.1)
    viewer.press("ArrowRight")
    viewer.plays(10)
    viewer.press("Escape")
    viewer.has("back to the list", "document.getElementById('screen').hidden && document.querySelectorAll('#list button').length === 1")


def an_old_browser_gets_it(viewer, _):
    what = viewer.browser.devtools("Page.addScriptToEvaluateOnNewDocument", source="delete window.ReadableStream")
    viewer.open()
    viewer.has("it must be the plain page", "location.pathname === '/web/plain.html' && document.querySelectorAll('#list button').length === 1")
    viewer.browser.devtools("Page.removeScriptToEvaluateOnNewDocument", **what)


def a_refusal_is_told_in_its_own_words(viewer, _):
    what = viewer.browser.devtools("Page.addScriptToEvaluateOnNewDocument", source=(
        "const real = window.fetch; window.fetch = (to, ...more) => String(to).startsWith('/api/') ? Promise.resolve(new Response("
        "JSON.stringify({success: false, code: 'forbidden', message: 'Local addresses only.'}), {status: 403})) : real(to, ...more)"))
    viewer.open()
    viewer.has("it answers, but not to us", "document.querySelector('.banner:not([hidden])')?.textContent.includes('API_TOKEN')")
    viewer.browser.devtools("Page.removeScriptToEvaluateOnNewDocument", **what)


def a_busy_server_is_asked_again(viewer, _):
    what = viewer.browser.devtools("Page.addScriptToEvaluateOnNewDocument", source=(
        "const real = window.fetch; window.refused = 0; window.fetch = (to, ...more) => String(to).endsWith('/api/torrents') && refused < 2"
        " ? (++refused, Promise.resolve(new Response(JSON.stringify({success: false, code: 'too_many_requests', message: 'Later.'}),"
        " {status: 429}))) : real(to, ...more)"))
    viewer.open()
    viewer.has("the list must come all the same", "window.refused === 2 && document.querySelectorAll('.card').length === 1")
    viewer.browser.devtools("Page.removeScriptToEvaluateOnNewDocument", **what)


def nobody_has_it(viewer, _):
    """A magnet link that nobody answers: words at once, and after a while more of them."""
    viewer.open()
    viewer.browser.type("#what", "magnet:?xt=urn:btih:" + 40 * "a" + "&dn=lost")
    viewer.browser.click(".add button")
    viewer.has("it must say so", "document.querySelector('.notice')?.textContent.includes('Asking the swarm')")
    viewer.has("it must say more", "document.querySelector('.notice').textContent.includes('No peer has told')", seconds=30)
    assert "looking for peers" in viewer.text()


def removed_elsewhere_it_ends(viewer, magnet):
    """Somebody removes what is being watched: the player goes, until it is added again."""
    info_hash = ask(viewer.base + "/api/torrents", {"magnetUri": magnet})["infoHash"]
    viewer.open("#/t/" + info_hash)
    viewer.plays(0.1)
    viewer.run("film().currentTime = film().duration - 0.3")
    viewer.has("it must end, so that nothing is being asked for", "film().ended")
    ask(f"{viewer.base}/api/torrents/{info_hash}?deleteFiles=true", method="DELETE")
    viewer.has("it must say so", "document.querySelector('main .trouble')?.textContent.includes('removed meanwhile')")
    left = viewer.run("return [...document.querySelectorAll('main video, main button')].map(e => e.outerHTML)")
    assert left == [], left
    ask(viewer.base + "/api/torrents", {"magnetUri": magnet})
    viewer.plays(0.1)
    viewer.browser.console()  # what was being asked of it when it went was answered by 404


def who_pauses_is_told_so(viewer, _):
    """Here or elsewhere; what waits for its turn is not paused."""
    info_hash = 40 * "b"
    ask(viewer.base + "/api/torrents?wait=0", {"infoHash": info_hash})
    viewer.open("#/t/" + info_hash)
    shows = "const text = document.querySelector('main').innerText; return args.every(one => text.includes(one))"
    eventually("it is being asked for", lambda: viewer.run(shows, "Asking the swarm", "Pause download"))
    for paused in (True, False):
        ask(f"{viewer.base}/api/torrents/{info_hash}", {"paused": paused}, method="PATCH")
        eventually("it must follow", lambda: viewer.run(shows, *(("Its download is paused", "Resume download") if paused else ("Pause download", "looking for peers"))))
        assert viewer.run("return document.querySelector('.notice .spinner').hidden") == paused
    text = viewer.run("""const {news, torrents} = await import('/web/torrents.js');
      torrents.set(args[0], {...torrents.get(args[0]), status: args[1], waiting: true});
      news.dispatchEvent(new CustomEvent('change', {detail: args[0]}));
      return document.querySelector('main').innerText""", info_hash, "paused")
    assert all(one in text for one in ("waiting for its turn", "It waits for its turn", "Pause download")), text
    ask(f"{viewer.base}/api/torrents/{info_hash}", method="DELETE")


def pages_that_were_left_hold_no_connection(viewer, _):
    """Browsers have six for a server, and keep pages to go back to as they were."""
    for _ in range(6):
        viewer.open()
        viewer.has("the library must be there", "document.querySelector('.empty:not([hidden])')")
    for _ in range(2):
        viewer.browser.ask("POST", "/back", {})
    viewer.has("the page before must be there", "document.querySelector('.empty:not([hidden])')")
    ask(viewer.base + "/api/torrents?wait=0", {"infoHash": 40 * "c"})
    viewer.has("it must hear of what is new", "document.querySelectorAll('.card').length === 1")
    assert viewer.run("return document.querySelector('.banner').hidden"), viewer.text()
    ask(f"{viewer.base}/api/torrents/{40 * 'c'}", method="DELETE")


def without_an_address_it_says_why(viewer, _):
    """For other devices: it listens for this machine only, or lets nobody else in without a token."""
    viewer.open()
    viewer.run("const real = window.fetch; window.fetch = async (to, ...more) => { const answer = await real(to, ...more);"
               "if (to !== '/status') return answer; const told = await answer.json(); told.data.addresses = [];"
               "Object.assign(told.data.settings, window.others); return new Response(JSON.stringify(told)); }")
    for host, why in (("", "set API_TOKEN"), ("127.0.0.1", "without HOST"), ("0.0.0.0", "set API_TOKEN"), ("localhost", "without HOST")):
        viewer.run("location.hash = '#/'; window.others = {HOST: args[0]}; location.hash = '#/settings'", host)
        viewer.has(f"{why}: {host}", "document.querySelector('.panel p')?.textContent.includes(args[0])", why)


def what_is_no_hls_plays_as_it_is_or_says_why(viewer, hash_of_odd_films):
    viewer.open("#/t/" + hash_of_odd_films)
    for name, plays in (("h264-co64-stz2.mp4", True), ("h264-aac.flv", False)):
        viewer.has("both must be listed", "document.querySelectorAll('.result').length === 2")
        viewer.run("[...document.querySelectorAll('.result')].find(a => a.textContent.includes(args[0])).click()", name)
        viewer.has("it must be on the screen", "film()?.getAttribute('aria-label') === args[0]", name)
        if plays:
            viewer.plays(0.1)
            assert "/stream/file/" in viewer.run("return film().currentSrc")
        else:
            viewer.has("it must say why", "document.querySelector('.notice .trouble')?.textContent.includes('no index yet')")
    viewer.browser.console()  # 415 and 422 are told there, too


def no_address_is_an_error(viewer, _):
    """Whatever stands behind #: words and a way back."""
    viewer.open("#/t/" + 40 * "0")
    viewer.has("it must say so", "document.querySelector('main .trouble')?.textContent.includes('not here')")
    assert "/api/" not in viewer.text(), viewer.text()
    viewer.open("web/plain.html")
    viewer.run("const open = XMLHttpRequest.prototype.open; XMLHttpRequest.prototype.open = function (method, path) {"
               "open.call(this, method, path.replace(/[0-9a-f]{40}/, args[0])); };", 40 * "0")
    viewer.has("it must list", "document.querySelectorAll('#list button').length > 0")
    viewer.press("Enter")
    viewer.has("it must say so there, too", "document.getElementById('told').textContent === 'Torrent not found'")
    viewer.open()
    for goes_by in (lambda: viewer.press("Escape"), lambda: viewer.press("x"), lambda: viewer.run("location.hash = '#/settings'"),
                    lambda: viewer.run("(await import('/web/torrents.js')).news.dispatchEvent(new CustomEvent('back'))")):
        viewer.run("document.getElementById('what').value = ''")
        viewer.browser.type("#what", "magnet:?xt=urn:btih:none")
        viewer.press("Enter")
        viewer.has("it must say so", "document.querySelector('.told.bad')?.textContent.length > 20")
        goes_by()
        viewer.has("it must go", "document.querySelector('.told').textContent === ''")
    viewer.browser.console()


def old_browsers_understand(out, source):
    modules = packages(out)
    script = "const acorn = require(process.argv[1]); acorn.parse(require('fs').readFileSync(process.argv[2], 'utf8'), {ecmaVersion: 5});"
    for name in ("plain.js", "old.js"):
        subprocess.run(["node", "-e", script, modules / "acorn", pathlib.Path(source, name)], check=True)


def main(server_program, seed_program, make_program, made, out):
    if not Browser.installed():
        missing("Chromium is missing: install the Debian packages `chromium` and `chromium-driver`")
    os.makedirs(out, exist_ok=True)
    old_browsers_understand(out, pathlib.Path(__file__).resolve().parents[2] / "server/web/src")
    with tempfile.TemporaryDirectory(dir=os.path.dirname(made)) as shared, \
            films_in(shared, make_program, made, ["h264-aac.mp4"]), swarm(seed_program, shared + "/h264-aac.mp4") as magnet:
        with served(server_program, API_TOKEN=TOKEN) as base, viewer(base) as user:
            wrong = run_parts(user, out, [the_token_is_asked_for_once], magnet)
        with viewer("") as user:
            def the_server_goes_and_comes(page, link):
                page_of_a_server_that_goes_and_comes(server_program, page, link)
            wrong += run_parts(user, out, [the_server_goes_and_comes], magnet)
        with served(server_program) as base, viewer(base) as user:
            ask(base + "/api/torrents", {"magnetUri": magnet})
            wrong += run_parts(user, out, [the_plain_page_plays, an_old_browser_gets_it, a_refusal_is_told_in_its_own_words,
                                          a_busy_server_is_asked_again, nobody_has_it, no_address_is_an_error], magnet)
            odd = ["h264-co64-stz2.mp4", "h264-aac.flv"]
            with films_in(shared + "/odd", make_program, made, odd) as folder, swarm(seed_program, folder, "--rate=300") as other:
                info_hash = ask(base + "/api/torrents", {"magnetUri": other})["infoHash"]
                wrong += run_parts(user, out, [what_is_no_hls_plays_as_it_is_or_says_why], info_hash)
        with served(server_program) as base, viewer(base) as user:
            wrong += run_parts(user, out, [pages_that_were_left_hold_no_connection, without_an_address_it_says_why,
                                          removed_elsewhere_it_ends, who_pauses_is_told_so], magnet)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
