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
    lost: int = 0  # segments that may be refused as damaged (422), and no other: a damaged piece costs itself
    compare: bool = True  # with the film as ffmpeg sees it

    def arguments(self, source):
        """For check.py."""
        return [*(("--source", source) if self.compare else ()), "--uneven", "--once", *self.options.split()]

    def unexpected(self, found):
        """What of check.py's complaints, (where, what), has no excuse."""
        lost = [c for c in found if c[1].startswith("can't be had: HTTP Error 422")]
        return [(where, what) for where, what in found
                if not (len(lost) <= self.lost and (where, what) in lost)
                and not (self.excused and re.search(self.excused, f"{where}: {what}"))]

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


# Rubbish in the media is passed on: players hide it better than a hole. ffmpeg says where it is, and drops pictures.
RUBBISH = {"excused": r"does not decode alone|ffmpeg says|frame \d+ |\d+ frames|does not begin with a key frame", "lost": 1}

# films, clients ("anybody": nothing was said), containers ("-": nothing was said), what is otherwise; rows add up.
TABLE = [
    # Pictures that need their predecessors over a joint.
    ("*open-gop*", "*", "*", {"options": "--open-gop"}),
    # The film's times are only known roughly before a segment is made.
    ("*.ts *.m2ts *no-cues* *piped* *live* *.flv", "*", "*", {"options": "--nominal --shift any"}),
    # ffmpeg can't make sense of a stream without packets, and its resampler moves sound to and fro.
#    ("h264-sound-ends-early.mp4", "*", "*", {"excused": r"/a\d[^:]*: (holds nothing|segment \d has no audio)|'time_base'"}),
    ("h264-vfr.mp4", "*", "*", {"excused": r"non monotonically increasing dts to muxer in stream 1"}),

    # Pictures before the edit have to be there for those in it; sound outside of it is not.
#    ("h264-edit-list.mp4", "*", "*", {"excused": r"\d+ frames, the source|frame 0 at 0.000|sound 0: 775 packets"}),
    # Sound that lasts longer than the picture is in the last segment.
#    ("h264-delayed-sound.mp4", "*", "*", {"excused": r"/a1[^:]*: (lasts|all EXTINF)"}),
    # ffmpeg shows half a picture at the end, and a fragment without its end.
#    ("truncated-faststart.mp4 truncated-fragmented.mp4", "*", "*", {"excused": r"lasts|all EXTINF|frames, the source"}),
#    ("offsets-outside.mp4", "*", "*", {"excused": r"sound 0: 469 packets|/a1[^:]*: (lasts|all EXTINF)"}),
    # Nothing tells how long they are but all of their bytes.
    ("sound.aac sound-vbr.mp3", "*", "*", {"options": "--nominal --shift any"}),

    # What a player or a packaging has not.
    ("av1-*", "*", "ts", refused("MPEG-TS can't carry AV1; ask for container=fmp4")),
    ("vp9-* tracks.webm", "*", "ts", refused("MPEG-TS can't carry VP9; ask for container=fmp4")),
    ("vp9-* tracks.webm", "safari", "- fmp4", refused("can't play VP9 in HLS; HLS_TRANSCODE=video")),
    ("hevc-*", "hlsjs safari", "ts", refused("plays HEVC only in fragmented MP4; ask for container=fmp4")),
    ("h264-10bit.mp4", "anybody hlsjs safari", "*", refused("can't play H.264 with more than 8 bits")),
    ("mpeg4-*", "*", "*", refused("can't play MPEG-4 part 2 in HLS; HLS_TRANSCODE=video")),
    ("mpeg2-*", "*", "*", refused("can't play MPEG-2 video in HLS; HLS_TRANSCODE=video")),
    ("mpeg2-*.vob mpeg2-*.mpg", "*", "*", refused("doesn't say exactly when its pictures are shown; HLS_TRANSCODE=video")),
    ("mjpeg-*", "*", "*", refused("in HLS; HLS_TRANSCODE=video")),
    ("vp8-*", "*", "*", refused("can't play VP8 in HLS; HLS_TRANSCODE=video")),
    ("theora-*", "*", "*", refused("can't play Theora in HLS; HLS_TRANSCODE=video")),
    ("wmv2-*", "*", "*", refused("doesn't say exactly when its pictures are shown; HLS_TRANSCODE=video")),
    ("h264-b-frames.avi", "*", "*", refused("AVI has no time stamps for H.264 with B-frames; HLS_TRANSCODE=video")),
    ("h264-aac.flv damaged.flv truncated.flv", "*", "*", refused("wait until all of it is here")),
    ("truncated.avi", "*", "*", refused("wait until all of it is here")),

    # Broken files.
    ("truncated.mp4", "*", "*", refused("no index (moov box): it was not written to its end", 422)),
    ("damaged-moov.mp4 endless-tables.mp4 box-too-large.mp4", "*", "*", refused("It plays directly", 422)),
    ("zero-length.mp4", "*", "*", refused("The file is empty", 422)),
    ("random.mp4 one-byte.mkv text.mkv zeros.ts damaged-head.mkv", "*", "*",
     refused("no film or sound that is known here", 422)),
    ("damaged.*", "*", "*", RUBBISH),
    ("damaged.flv", "*", "*", refused("wait until all of it is here")),
]
