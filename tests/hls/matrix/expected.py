# SPDX-License-Identifier: LGPL-2.1-or-later
"""What each film's HLS has to be where that is not "fine"."""
import dataclasses
import fnmatch
import re

PATIENCE = 20.0  # seconds for an answer, on a loaded machine


@dataclasses.dataclass
class Want:
    status: int = 200
    words: str = ""  # in the message of an error
    options: str = ""  # of check.py
    excused: str = ""  # complaints that are right as they are: a regular expression for "WHERE: WHAT"
    whole: bool = False  # it is refused until all of the film is here
    compare: bool = True  # with the film as ffmpeg sees it

    def arguments(self, source):
        """For check.py."""
        return [*(("--source", source) if self.compare else ()), "--uneven", "--once", *self.options.split()]

    def unexpected(self, found):
        """What of check.py's complaints, (where, what), has no excuse."""
        return [(where, what) for where, what in found if not (self.excused and re.search(self.excused, f"{where}: {what}"))]

    def complaints(self, status, text):
        if status != self.status:
            return [f"answers {status} instead of {self.status}"]
        if self.words.lower() not in text.lower():
            return [f'does not say "{self.words}"']
        return []


def of(film, client, container):
    """client, container: empty = nothing was said."""
    want = Want()
    for names, clients, containers, changes in TABLE:
        if all(any(fnmatch.fnmatch(value, pattern) for pattern in patterns.split())
               for value, patterns in ((film, names), (client or "anybody", clients), (container or "-", containers))):
            want = dataclasses.replace(want, **changes)
    return want


def refused(words, status=415):
    return {"status": status, "words": words}


def excused(*patterns):
    return {"excused": "|".join(patterns)}


# films, clients ("anybody": nothing was said), containers ("-": nothing was said), what is otherwise; rows add up.
TABLE = [
    # Pictures that need their predecessors over a joint.
    ("*open-gop*", "*", "*", {"options": "--open-gop"}),
    # The film's times are only known roughly before a segment is made.
    ("*.ts *.m2ts *no-cues* *piped* *live* *killed* *.flv *unknown-clusters* *voids* *headers-stripped* wrong-cues.mkv "
     "truncated.mkv", "*", "*",
     {"options": "--nominal --shift any"}),
    ("*open-gop*.ts", "*", "*", {"options": "--nominal --shift any --open-gop"}),
    # ffmpeg's resampler moves sound, and its counting of pictures in 1/23.976 s two of them to one tick.
    ("h264-vfr.mp4", "*", "*", excused(r"non monotonically increasing dts to muxer in stream 1")),
    ("h264-film.mkv", "*", "*", excused(r"/v0-a1/0\.ts: .* non monotonically increasing dts to muxer in stream 0: 2 >= 2")),

    # The edit begins in the middle of a picture, which ffmpeg leaves out; sound outside of the edit is not there.
    ("h264-edit-list.mp4", "*", "*", excused(r"418 frames, the source has 417", r"frame 0 at 0\.000 s is not the source's",
                                             r"sound 0: 775 packets are not the source's 792")),
    ("h264-phone.mp4", "*", "*", excused(r"388 frames, the source has 387", r"frame 0 at 0\.000 s is not the source's",
                                         r"sound 0: 750 packets are not the source's 863",
                                         r"/v0-a1/0\.ts: .* non monotonically increasing dts to muxer in stream 0: 4 >= -2")),
    # The mean of a variable rate; the first segment has the largest.
    ("h264-phone-fragmented.mp4", "*", "*", excused(r"FRAME-RATE 20\.75, it is 25",
                                                    r"sound 0: 807 packets are not the source's 863")),
    # Nothing is heard before the first picture that can be decoded.
    ("h264-late-key.mkv", "*", "*", excused(r"sound 0: 867 packets are not the source's 896", r"/a1/0\.m4s: lasts 1\.6853")),
    # Sound comes before the first picture, or goes on after the last one: the checker looks at pictures.
    ("h264-late-key.mp4", "*", "*", excused(r"sound 0: 863 packets are not the source's 895",
                                            r"/0\.(ts|m4s): lasts 1\.6000 s, EXTINF says 2\.283", r"all EXTINF together are -0\.683 s off")),
    ("h264-delayed-sound.mp4", "*", "*", excused(r"/4\.(ts|m4s): lasts 6\.0000 s, EXTINF says 7\.499", r"all EXTINF together are -1\.499 s off")),
    # ffmpeg takes the cover for the film.
    ("h264-still-first.*", "*", "*", {"compare": False}),
    ("sound-cover.*", "*", "*", excused(r"0 frames, the source has 1")),
    # Sound that lasts longer than the picture is in the last segment; and what begins before it in the first.
    ("h264-fragmented.mp4 h264-fragmented-sidx.mp4 truncated-fragmented.mp4", "*", "fmp4",
     excused(r"/a1/0\.m4s: lasts 6\.8000 s, EXTINF says 6\.72")),
    # 7.1 channels are more than most players have: two are made of them.
    ("h264-aac-71.mp4", "anybody hlsjs safari", "*",
     excused(r"/(v0-)?a1aac\.m3u8: sound 0 begins with a packet that the source has not")),
    # A cue that began long before a segment is found from two segments before on: who jumps there misses it.
    ("h264-long-words.mkv", "*", "*", excused(r"/s2/3\.vtt: misses a cue that lasts until 3600\.5 s")),
    # Two fields of a picture come as one access unit each.
    ("h264-fields.ts", "*", "fmp4", excused(r"FRAME-RATE 25\.0, it is 50\.000")),
    # The last pictures are cut off: tables and headers tell of them still.
    ("truncated-faststart.mp4", "*", "*", excused(r"/v0-a1/3\.ts: lasts 5\.08", r"all EXTINF together are -0\.160",
                                                  r"295 frames, the source has 296")),
    ("truncated-fragmented.mp4", "*", "*", excused(r"/3\.(ts|m4s): lasts 4\.6000", r"all EXTINF together are -0\.680")),
    ("truncated.ts", "*", "*", excused(r"/1\.(ts|m4s): does not decode alone: .* MB 15 8", r"ffmpeg says: .* MB 15 8")),
    # Half of the pictures lie nowhere. The sound is whole, and what is behind the pictures is all in the last segment.
    ("offsets-outside.mp4", "*", "*", excused(r"/v0-a1\.m3u8: sound 0: 469 packets are not the source's 939",
                                              r"/3\.(ts|m4s): lasts 3\.2800 s, EXTINF says 13\.28", r"all EXTINF together are -10\.000")),

    ("h264-two-edits.mp4", "*", "*", refused("several edits")),

    # Joined recordings go on without a gap; ffmpeg keeps jumps, or guesses. A frame of sound reaches over each joint, and
    # one begins before it: these are left out.
    ("h264-discontinuity.ts", "*", "*", excused(r"frame 300 is shown at 13\.4800 s instead of 13\.4400",
                                                r"sound 0: 1126 packets are not the source's 1128")),
    ("h264-jump.ts", "*", "*", excused(r"frame 300 is shown at 13\.4800 s instead of 501\.",
                                       r"sound 0: 1126 packets are not the source's 1128")),
    ("h264-several-jumps.ts", "*", "*", excused(r"frame 200 is shown at 9\.4800 s instead of 501\.",
                                                r"sound 0: 1126 packets are not the source's 1128")),
    ("h264-silent-part.ts", "*", "*", excused(r"frame 175 is shown at 8\.4800 s instead of 8\.4400",
                                              r"sound 0: 611 packets are not the source's 613")),
    ("h264-new-size.ts h264-jump.m2ts", "*", "*", excused(r"frame 250 is shown at 11\.4800 s instead of 11\.4400",
                                                          r"sound 0: (938|624) packets are not the source's (940|626)")),
    # A transport stream tells of its average rate only; here the ends have a hundred times as much as the middle.
    ("h264-varying.ts", "*", "*", excused(r"BANDWIDTH \d+, but there are")),
    # ffmpeg knows no packed E-AC-3 by the name that Apple gives it.
    ("sound.eac3", "safari", "-", excused(r"detected format eac3 extension eac3 mismatches allowed extensions")),
    # ffmpeg goes on with the PIDs that it began with.
    ("h264-new-streams.ts", "*", "*", {"compare": False}),
    # No joint is seen where only the sound changes: it is passed on as it is.
    ("h264-new-sound.ts", "*", "*", excused(r"/1\.(ts|m4s): .* non monotonically increasing dts to muxer in stream 0",
                                            r"/a1/2\.m4s: track 1 goes on at 21\.57", r"498 frames, the source has 500",
                                            r"frame 249 at 11\.440 s is not the source's", r"frame 251 is shown at 11\.4400",
                                            r"sound 0: 898 packets are not the source's 902")),

    # Rubbish in the media is passed on: players hide it better than a hole. ffmpeg says where it is, and drops pictures.
    ("damaged.mp4", "*", "*", excused(r"/(v0-a1|v0|a1)/3\.(ts|m4s): does not decode alone", r"/i0/5\.(ts|m4s): does not",
                                      r"v0(-a1)?\.m3u8: ffmpeg says", r"frame 20\d ", r"\d+ frames, the source has")),
    ("damaged.ts", "*", "*", excused(r"/(v0-a1|v0)/1\.(ts|m4s): does not decode alone", r"v0(-a1)?\.m3u8: ffmpeg says",
                                     r"frame 19\d ", r"475 frames, the source has 476")),
    ("damaged.avi", "*", "*", excused(r"/(v0-a1|v0|a1)/3\.(ts|m4s): does not decode alone", r"frame 200 ",
                                      r"sound 0: 939 packets are not the source's 892")),
    ("damaged.flv", "*", "*", excused(r"/(v1-a0|v1|a0)/\d\.(ts|m4s): does not decode alone", r"v1(-a0)?\.m3u8: ffmpeg says",
                                      r"frame \d+ ", r"\d+ frames, the source has", r"sound 0: \d+ packets are not")),

    # What a player or a packaging has not.
    ("av1-*", "*", "ts", refused("MPEG-TS can't carry AV1; ask for container=fmp4")),
    ("vp9-* tracks.webm", "*", "ts", refused("MPEG-TS can't carry VP9; ask for container=fmp4")),
    ("vp9-* tracks.webm", "safari", "*", refused("can't play VP9 in HLS; HLS_TRANSCODE=video")),
    ("hevc-*", "hlsjs safari", "ts", refused("plays HEVC only in fragmented MP4; ask for container=fmp4")),
    ("h264-10bit.mp4", "anybody hlsjs safari", "*", refused("can't play H.264 with more than 8 bits")),
    ("mpeg4-*", "*", "*", refused("can't play MPEG-4 part 2 in HLS; HLS_TRANSCODE=video")),
    ("mpeg2-*", "*", "*", refused("can't play MPEG-2 video in HLS; HLS_TRANSCODE=video")),
    ("h264-co64-stz2.mp4", "*", "*", refused("no playable streams", 422)),  # GStreamer 1.22 reads no stz2
    ("h264-latm.ts", "*", "*", refused("It plays directly", 422)),  # nor AAC out of LATM
    ("mpeg2-*.vob mpeg2-*.mpg", "*", "*", refused("doesn't say exactly when its pictures are shown; HLS_TRANSCODE=video")),
    ("mjpeg-*", "*", "*", refused("in HLS; HLS_TRANSCODE=video")),
    ("vp8-*", "*", "*", refused("can't play VP8 in HLS; HLS_TRANSCODE=video")),
    ("theora-*", "*", "*", refused("can't play Theora in HLS; HLS_TRANSCODE=video")),
    ("wmv2-*", "*", "*", refused("doesn't say exactly when its pictures are shown; HLS_TRANSCODE=video")),
    ("h264-b-frames.avi", "*", "*", refused("AVI has no time stamps for H.264 with B-frames; HLS_TRANSCODE=video")),
    # 415 until all of it is here.
    ("h264-aac.flv damaged.flv truncated.flv", "*", "*", {"whole": True}),
    ("truncated.avi", "*", "*", refused("when all of it is here")),

    # Broken files.
    ("truncated.mp4", "*", "*", refused("no index (moov box): it was not written to its end", 422)),
    ("damaged-moov.mp4 endless-tables.mp4 box-too-large.mp4", "*", "*", refused("It plays directly", 422)),
    ("head-only.mkv", "*", "*", refused("neither a picture nor sound in this file: it may be incomplete", 422)),
    ("zero-length.mp4", "*", "*", refused("The file is empty", 422)),
    ("random.mp4 one-byte.mkv text.mkv zeros.ts damaged-head.mkv", "*", "*",
     refused("no film or sound that is known here", 422)),
]
