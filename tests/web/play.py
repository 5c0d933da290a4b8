# SPDX-License-Identifier: LGPL-2.1-or-later
"""A film with its index at the end plays in Chromium while its download is at the start.

usage: play.py SERVER SEED OUT    (both programs; folder for the film and the screenshots)

Once by the server's own page, as a user would; once by a page of another site, which reads the pixels: every frame of
the film carries its number, so a seek that lands wrong is seen.
"""
import os
import subprocess
import sys
import tempfile

from house import Program, Site, ask, eventually, has_page, server
from webdriver import Browser

SECONDS, FPS, KBIT = 60, 25, 1500
RATE = 800  # KiB/s of the swarm: the whole film takes some 15 s

FOREIGN = """<!doctype html><title>elsewhere</title>
<video id="film" crossorigin="anonymous" width="640" height="360" controls muted></video>
<script>
const film = document.getElementById('film');
// The number of the frame that is shown: 16 columns of light or dark in the upper half, lowest bit left.
function frame() {
  const canvas = document.createElement('canvas');
  canvas.width = 160; canvas.height = 90;
  const paint = canvas.getContext('2d');
  paint.drawImage(film, 0, 0, 160, 90);
  let number = 0;
  for (let bit = 0; bit < 16; ++bit)
    if (paint.getImageData(bit * 10 + 5, 20, 1, 1).data[0] > 128) number |= 1 << bit;
  return number;
}
function event(name) { return new Promise((good, bad) => {
  film.addEventListener(name, good, {once: true});
  film.addEventListener('error', () => bad(film.error.message), {once: true});
}); }
</script>
"""


def make_film(path):
    if os.path.exists(path):
        return
    timing = f":r={FPS}:d={SECONDS}"
    picture = (f"color=c=black:s=16x2{timing},format=gray,geq=lum='if(mod(floor(N/pow(2\\,X))\\,2)\\,235\\,16)',"
               f"scale=320:90:flags=neighbor[bits];color=c=gray:s=320x90{timing},format=gray,noise=alls=60:allf=t[noise];"
               "[bits][noise]vstack,setsar=1,format=yuv420p")
    rate = f"{KBIT}k"
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i",
                    f"sine=frequency=440:sample_rate=48000:duration={SECONDS}", "-c:v", "libx264", "-preset", "superfast",
                    "-g", "50", "-b:v", rate, "-minrate", rate, "-maxrate", rate, "-bufsize", rate, "-c:a", "aac",
                    "-f", "mp4", path + ".part"], check=True)
    os.rename(path + ".part", path)
    with open(path, "rb") as file:
        head = file.read(64)
    assert b"moov" not in head, "the index must be at the end"


STATE = ("const f = document.querySelector('video'); return f && {time: f.currentTime, ready: f.readyState, width: f.videoWidth,"
         " height: f.videoHeight, duration: f.duration, error: f.error && f.error.message, hidden: f.hidden}")


def by_our_page(browser, base, magnet, out):
    browser.open(base + "/")
    browser.type("#what", magnet)
    browser.click(".add button")
    first = eventually("the film must begin", lambda: (s := browser.run(STATE)) and s["time"] > 0.5 and s)
    torrent = ask(base + "/api/torrents")["torrents"][0]
    assert float(torrent["progress"]) < 60, f"too late: {torrent['progress']} % were there"
    assert (first["width"], first["height"]) == (320, 180), first
    assert first["ready"] >= 2 and abs(first["duration"] - SECONDS) < 0.5 and not first["error"], first
    browser.screenshot(out + "/page-start.png")
    browser.run("document.querySelector('video').currentTime = 45")
    eventually("it must play on after a seek",
               lambda: (s := browser.run(STATE))["time"] > 45.5 and s["ready"] >= 2 and not s["error"])
    browser.screenshot(out + "/page-seek.png")
    wrong = [line for line in browser.console() if "SEVERE" in line or "Refused" in line]
    assert not wrong, wrong
    return torrent["progress"]


def by_a_foreign_page(browser, base, info_hash, out):
    with Site({"index.html": FOREIGN}) as site:
        browser.open(site.url)
        browser.run("film.src = args[0]; await event('loadeddata')", f"{base}/stream/proxy/{info_hash}")
        for second in (50, 10, 30.2, 59, 0):
            got = browser.run("const there = event('seeked'); film.currentTime = args[0]; await there;"
                              "await new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r))); return frame()", second)
            assert abs(got - second * FPS) <= 1, f"frame {got} at {second} s"
        browser.run("film.play()")
        eventually("it must play", lambda: browser.run(STATE)["time"] > 1)
        browser.screenshot(out + "/foreign.png")


def main(server_program, seed_program, out):
    if not Browser.installed():
        print("Chromium is missing: install the Debian packages `chromium` and `chromium-driver`")
        return 77
    os.makedirs(out, exist_ok=True)
    film = out + "/film.mp4"
    make_film(film)
    for play in (by_our_page, by_a_foreign_page):
        with tempfile.TemporaryDirectory() as folder, \
                Program([seed_program, f"--rate={RATE}", "--piece-size=128", film], r"magnet:\S+") as seed, \
                server(server_program, folder) as served, Browser() as browser:
            if play is by_our_page and not has_page(served.said):
                print("the server was built without npm: its page is left out here")
            elif play is by_our_page:
                print("played at", play(browser, served.said, seed.said, out), "% of the download")
            else:
                added = ask(served.said + "/api/torrents", {"magnetUri": seed.said})
                play(browser, served.said, added["infoHash"], out)
    print("plays; screenshots in", out)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
