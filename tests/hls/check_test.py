#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""check_test.py FOLDER: does check.py accept what ffmpeg's muxer writes, and reject it when it is broken?

FOLDER holds the films of media/make.py; what is missing there is made.
"""
import contextlib
import functools
import http.server
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import check  # noqa: E402  pylint: disable=wrong-import-position

FOLDER = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else tempfile.mkdtemp()
FILM = os.path.join(FOLDER, "h264-aac.mp4")
OTHER = os.path.join(FOLDER, "h264-no-b.mp4")
MASTER = """#EXTM3U
#EXT-X-VERSION:6
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subtitles",NAME="English",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES,URI="en.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=900000,CODECS="avc1.64000d,mp4a.40.2",RESOLUTION=320x180,FRAME-RATE=25.000,SUBTITLES="subtitles"
ts.m3u8
"""
TEXT = """#EXTM3U
#EXT-X-VERSION:3
#EXT-X-TARGETDURATION:20
#EXT-X-PLAYLIST-TYPE:VOD
#EXTINF:20.0,
en.vtt
#EXT-X-ENDLIST
"""
VTT = """WEBVTT
X-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000

00:00:01.000 --> 00:00:02.000
Hello

00:00:03.000 --> 00:00:15.000 line:0
long
"""


def judged(*arguments):
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        status = check.main(list(arguments))
    return status, told.getvalue()


class Check(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        subprocess.run([sys.executable, "-B", os.path.join(HERE, "media", "make.py"), FOLDER, "h264-aac.mp4", "h264-no-b.mp4"],
                       check=True, stdout=subprocess.DEVNULL)
        cls.made = tempfile.mkdtemp()
        common = ["ffmpeg", "-nostdin", "-v", "error", "-i", FILM, "-c", "copy", "-hls_time", "6", "-hls_playlist_type", "vod"]
        subprocess.run([*common, "-hls_segment_filename", "%d.ts", "ts.m3u8"], check=True, cwd=cls.made)
        subprocess.run([*common, "-hls_segment_type", "fmp4", "-hls_segment_filename", "%d.m4s", "fmp4.m3u8"], check=True,
                       cwd=cls.made)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.made)

    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        for name in os.listdir(self.made):
            shutil.copy(os.path.join(self.made, name), self.folder)
        for name, text in (("master.m3u8", MASTER), ("en.m3u8", TEXT), ("en.vtt", VTT)):
            self.write(name, text)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())

    def bytes(self, name):
        with open(self.path(name), "rb") as file:
            return bytearray(file.read())

    def change(self, name, old, new):
        text = self.bytes(name).decode()
        self.assertRegex(text, old)
        self.write(name, re.sub(old, new, text, count=1))

    def accepts(self, name, *more):
        status, told = judged(self.path(name), *more)
        self.assertEqual(status, 0, told)

    def rejects(self, name, words, *more):
        status, told = judged(self.path(name), *more)
        self.assertEqual(status, 1)
        self.assertRegex(told, words)

    def test_accepts_what_ffmpeg_makes(self):
        for name in ("ts.m3u8", "fmp4.m3u8", "master.m3u8"):
            self.accepts(name, "--source", FILM, "--shift", "any", "--sound-passed")

    def test_accepts_it_from_a_server(self):

        class Quiet(http.server.SimpleHTTPRequestHandler):
            def log_message(self, *_):
                pass
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=self.folder))
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            status, told = judged(f"http://127.0.0.1:{server.server_port}/master.m3u8", "--source", FILM, "--shift", "any")
            self.assertEqual(status, 0, told)
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def test_times_have_to_be_shifted_as_said(self):
        self.rejects("ts.m3u8", "is shown at", "--source", FILM, "--shift", "10")

    def test_another_films_frames(self):
        self.rejects("ts.m3u8", "is not the source's", "--source", OTHER, "--shift", "any")

    def test_a_missing_segment(self):
        self.change("ts.m3u8", r"#EXTINF:[\d.]+,\n1.ts\n", "")
        self.rejects("ts.m3u8", r"frames, the source has|lasts|counter", "--source", FILM, "--shift", "any")

    def test_segments_in_the_wrong_order(self):
        self.change("ts.m3u8", "1.ts", "x.ts")
        self.change("ts.m3u8", "2.ts", "1.ts")
        self.change("ts.m3u8", "x.ts", "2.ts")
        self.rejects("ts.m3u8", "lasts")
        self.rejects("ts.m3u8", "counter")

    def test_a_wrong_extinf(self):
        self.change("ts.m3u8", r"EXTINF:6\.7\d+", "EXTINF:6.725000")
        self.rejects("ts.m3u8", "EXTINF says 6.725")

    def test_target_duration(self):
        self.change("ts.m3u8", "TARGETDURATION:7", "TARGETDURATION:6")
        self.rejects("ts.m3u8", "more than the target duration")

    def test_playlists_against_the_rules(self):
        for name, old, new, words in (
                ("ts.m3u8", "#EXT-X-ENDLIST\n", "", "ENDLIST"), ("ts.m3u8", "#EXTM3U\n", "", "EXTM3U"),
                ("ts.m3u8", "VERSION:3", "VERSION:2", "version 2"), ("fmp4.m3u8", "VERSION:7", "VERSION:5", "version 5"),
                ("master.m3u8", "BANDWIDTH=900000,", "", "no BANDWIDTH"),
                ("master.m3u8", 'SUBTITLES="subtitles"', 'SUBTITLES="other"', "no group"),
                ("master.m3u8", "DEFAULT=YES,AUTOSELECT=YES", "DEFAULT=YES,AUTOSELECT=NO", "DEFAULT"),
                ("master.m3u8", 'NAME="English",', "", "needs TYPE"), ("master.m3u8", "900000", "9000", "bits/s"),
                ("master.m3u8", "mp4a.40.2", "ac-3", "CODECS says"), ("master.m3u8", "64000d", "640028", "level 40"),
                ("master.m3u8", "320x180", "640x360", "RESOLUTION"), ("master.m3u8", "25.000", "50.000", "FRAME-RATE")):
            with self.subTest(old=old):
                self.setUp()
                self.change(name, old, new)
                self.rejects(name, words, "--once")

    def test_a_lost_packet(self):
        data = self.bytes("1.ts")
        del data[188 * 40:188 * 41]
        self.write("1.ts", bytes(data))
        self.rejects("ts.m3u8", "counter")

    def test_a_damaged_segment(self):
        data = self.bytes("1.ts")
        for at in range(len(data) // 2 // 188 * 188 + 60, len(data) // 2 // 188 * 188 + 160):
            data[at] ^= 0x5A
        self.write("1.ts", bytes(data))
        self.rejects("ts.m3u8", "decode alone|is not the source's", "--source", FILM, "--shift", "any")

    def test_a_wrong_tfdt(self):
        data = self.bytes("1.m4s")
        at = data.index(b"tfdt") + 4
        last = at + (11 if data[at] else 7)
        data[last - 1] ^= 0x10
        self.write("1.m4s", bytes(data))
        self.rejects("fmp4.m3u8", "goes on at")

    def test_subtitles(self):
        for old, new, words in (("X-TIMESTAMP-MAP.*\n", "", "X-TIMESTAMP-MAP"), ("WEBVTT", "WEBVT", "WEBVTT"),
                                ("00:00:02.000", "00:00:00.500", "ends before"), ("00:00:01.000 ", "1,0 ", "is no cue")):
            with self.subTest(old=old):
                self.setUp()
                self.change("en.vtt", old, new)
                self.rejects("master.m3u8", words, "--once")

    def test_what_is_not_there(self):
        os.remove(self.path("2.ts"))
        self.rejects("ts.m3u8", "can't be had")
        self.rejects("none.m3u8", "can't be had")


if __name__ == "__main__":
    unittest.main()
