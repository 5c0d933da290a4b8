#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""check.py PLAYLIST [--source FILM] […]: is this HLS right, to the last frame?

PLAYLIST is a URL or a file, master or media. Checks: RFC 8216's rules, EXTINF against the segments, CODECS and BANDWIDTH,
continuity over joints (counters of MPEG-TS, tfdt), that each segment decodes alone, the same bytes in any order; with
--source, that all frames are the film's at its times, and all sound that is passed through.
Prints "WHERE: WHAT" for each thing that is wrong, and a summary; exit status 1 if there is any.
"""
import argparse
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from judge import codecs, loading, media, playlists, streams  # noqa: E402  pylint: disable=wrong-import-position


class Court:
    def __init__(self, options):
        self.options = options
        self.loader = loading.Loader()
        self.complaints = []
        self.judged = {}
        self.segments = []

    def complain(self, where, what):
        if (where, what) not in self.complaints:
            self.complaints.append((where, what))

    def load(self, url):
        return playlists.read(url, self.loader.text(url, self.complain), self.complain)

    def media(self, url):
        if url not in self.judged:
            playlist = self.load(url)
            if playlist.is_master:
                self.complain(url, "is a master playlist within a master playlist")
            self.segments += [loading.resolve(url, s.uri) for s in playlist.segments]
            self.segments += {loading.resolve(url, s.map) for s in playlist.segments if s.map}
            self.judged[url] = (playlist, media.judge(playlist, self.loader, self.options, self.complain))
        return self.judged[url]

    def master(self, master):
        for stream in master.variants + master.iframes:
            url = loading.resolve(master.url, playlists.plain(stream["URI"]))
            playlist, found = self.media(url)
            renditions = self.renditions(master, stream)
            heard = [s for one in renditions for s in one.streams]
            if stream in master.iframes:
                if not playlist.iframes_only:
                    self.complain(url, "has no EXT-X-I-FRAMES-ONLY (4.3.4.3)")
                continue
            codecs.check(stream, found.streams + heard, master.url, self.complain)
            codecs.check_rate(stream, found, renditions, playlist.target, master.url, self.complain)
        for rendition in master.media:
            if "URI" in rendition:
                self.media(loading.resolve(master.url, playlists.plain(rendition["URI"])))
        ends = {url: sum(s.duration for s in p.segments) for url, (p, _) in self.judged.items() if not p.iframes_only}
        if ends and max(ends.values()) - min(ends.values()) > max(1.0, 0.02 * max(ends.values())) and not self.options.uneven:
            self.complain(master.url, f"its playlists last from {min(ends.values()):.2f} to {max(ends.values()):.2f} s")

    def renditions(self, master, stream):
        group = playlists.plain(stream.get("AUDIO"))
        return [self.media(loading.resolve(master.url, playlists.plain(r["URI"])))[1] for r in master.media
                if r.get("TYPE") == "AUDIO" and playlists.plain(r.get("GROUP-ID")) == group and "URI" in r]

    def compare(self, url, playlist):
        source = self.options.source
        if not self.options.sound_only:
            video = url
            if playlist.is_master:
                video = loading.resolve(url, playlists.plain(playlist.variants[0]["URI"]))
            streams.compare_pictures(video, source, None if self.options.shift == "any" else float(self.options.shift),
                                     self.complain)
        heard = [url]
        if playlist.is_master:
            own = [loading.resolve(url, playlists.plain(m["URI"])) for m in playlist.media
                   if m.get("TYPE") == "AUDIO" and "URI" in m]
            heard = own or [loading.resolve(url, playlists.plain(playlist.variants[0]["URI"]))]
        passed = [streams.compare_sounds(one, 0, source, number, self.options.edge, self.complain)
                  for number, one in enumerate(heard)]
        if self.options.sound_passed and not all(passed):
            self.complain(url, "its sound is not passed through")

    def judge(self, url):
        playlist = self.load(url)
        if playlist.is_master:
            self.master(playlist)
        else:
            self.media(url)
        if not self.options.once:
            loading.same_in_any_order(list(dict.fromkeys(self.segments)), self.complain)
        if self.options.source and (playlist.variants or playlist.segments):
            self.compare(url, playlist)


def parser_of():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("playlist")
    parser.add_argument("--source", help="the film that it was made from")
    parser.add_argument("--shift", default="10", help='seconds added to the film\'s times, or "any" (default: 10)')
    parser.add_argument("--tolerance", type=float, default=0.001, help="of EXTINF, seconds (default: 0.001)")
    parser.add_argument("--edge", type=int, default=2, help="packets of sound that may be missing at each end")
    parser.add_argument("--open-gop", action="store_true", help="segments need the one before to decode")
    parser.add_argument("--nominal", action="store_true", help="EXTINF are lines of a grid")
    parser.add_argument("--uneven", action="store_true", help="tracks may differ in length")
    parser.add_argument("--sound-only", action="store_true")
    parser.add_argument("--sound-passed", action="store_true", help="all sound has to be passed through")
    parser.add_argument("--once", action="store_true", help="do not ask for all segments in three orders")
    return parser


def judge(*arguments):
    """[(where, what is wrong)] and a summary."""
    options = parser_of().parse_args(arguments)
    court = Court(options)
    try:
        court.judge(options.playlist)
    except OSError as error:
        court.complain(options.playlist, f"can't be had: {error}")
    verdict = f"{len(court.complaints)} things are wrong" if court.complaints else "fine"
    return court.complaints, f"{len(court.judged)} media playlists, {len(set(court.segments))} segments: {verdict}"


def main(arguments=None):
    complaints, summary = judge(*(sys.argv[1:] if arguments is None else arguments))
    for where, what in complaints:
        print(f"{where}: {what}")
    print(summary)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
