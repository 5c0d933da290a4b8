# SPDX-License-Identifier: LGPL-2.1-or-later
"""Films that are broken, and files that are none."""
import os
import random

import odd
from shapes import patched


def cut(name, part, *arguments):
    """The first `part` of a film."""
    def recipe(work):
        path = odd.source(work, name, video=[*odd.X264, *arguments])
        os.truncate(path, int(os.path.getsize(path) * part))
        return path
    return recipe


def damaged(name, begin, end, *arguments, with_bytes=None):
    """Rubbish from begin to end (parts of the size)."""
    def recipe(work):
        path = odd.source(work, name, video=[*odd.X264, *arguments])
        size = os.path.getsize(path)
        first, last = int(size * begin), int(size * end)
        with open(path, "r+b") as file:
            file.seek(first)
            file.write(with_bytes * (last - first) if with_bytes else random.Random(5).randbytes(last - first))
        return path
    return recipe


def wrong_cues(film):
    # Cues 1C53BB6B, in it CueClusterPosition F1 (size 80 | n): each points elsewhere (RFC 9559 5.1.5).
    at = film.rindex(b"\x1c\x53\xbb\x6b")
    chance = random.Random(5)
    while (at := film.find(b"\xf1", at + 1)) >= 0 and at + 1 < len(film):
        length = film[at + 1] & 0x0F
        if film[at + 1] & 0xF0 == 0x80 and 1 <= length <= 4:
            film[at + 2:at + 2 + length] = chance.randbytes(length)
    return film


def box(film, name):
    return film.index(name) + 4


def endless_tables(film):
    # stts, stsz say that there are four thousand million samples (ISO/IEC 14496-12 8.6.1.2, 8.7.3.2).
    at = box(film, b"stts")
    film[at + 4:at + 8] = b"\xff\xff\xff\xff"
    at = box(film, b"stsz")
    film[at + 8:at + 12] = b"\xff\xff\xff\xff"
    return film


def box_too_large(film):
    at = film.index(b"trak") - 4
    film[at:at + 4] = b"\x7f\xff\xff\xff"
    return film


def offsets_outside(film):
    at = box(film, b"stco")
    count = int.from_bytes(film[at + 4:at + 8], "big")
    for entry in range(count // 2, count):
        film[at + 8 + 4 * entry:at + 12 + 4 * entry] = b"\xff\xff\xff\xf0"
    return film


def just(content):
    return lambda work: work.write("file", content)


def renamed(work):
    return odd.source(work, "whole.mp4")


FILMS = [
    ("truncated.mp4", "bad", "moov was at the end", cut("a.mp4", 0.6), True),
    ("truncated-faststart.mp4", "bad", "moov first, media missing", cut("a.mp4", 0.6, "-movflags", "+faststart"), True),
    ("truncated-fragmented.mp4", "bad", "", cut("a.mp4", 0.55, "-movflags", "+frag_keyframe+empty_moov"), False),
    ("truncated.mkv", "bad", "Cues missing", cut("a.mkv", 0.6), True),
    ("truncated.ts", "bad", "", cut("a.ts", 0.601), False),
    ("truncated.avi", "bad", "idx1 missing", cut("a.avi", 0.6, "-bf", "0"), False),
    ("truncated.flv", "bad", "", cut("a.flv", 0.6), False),
    ("head-only.mkv", "bad", "a thousandth", cut("a.mkv", 0.001), False),
    ("damaged.mkv", "bad", "rubbish in the middle", damaged("a.mkv", 0.4, 0.5), True),
    ("damaged.mp4", "bad", "zeros in the media", damaged("a.mp4", 0.4, 0.45, with_bytes=b"\0"), True),
    ("damaged.ts", "bad", "", damaged("a.ts", 0.4, 0.45), False),
    ("damaged.flv", "bad", "", damaged("a.flv", 0.4, 0.45), False),
    ("damaged.avi", "bad", "", damaged("a.avi", 0.4, 0.45, "-bf", "0"), False),
    ("damaged-moov.mp4", "bad", "rubbish in the index", damaged("a.mp4", 0.985, 0.99), False),
    ("damaged-head.mkv", "bad", "rubbish in front", damaged("a.mkv", 0.0, 0.002), False),
    ("wrong-cues.mkv", "bad", "they point anywhere", patched("a.mkv", wrong_cues), True),
    ("endless-tables.mp4", "bad", "counts of 2^32 - 1", patched("a.mp4", endless_tables), True),
    ("box-too-large.mp4", "bad", "trak of 2 GB", patched("a.mp4", box_too_large), False),
    ("offsets-outside.mp4", "bad", "chunks beyond the end", patched("a.mp4", offsets_outside), False),
    ("zero-length.mp4", "bad", "", just(b""), True),
    ("one-byte.mkv", "bad", "", just(b"\x1a"), False),
    ("text.mkv", "bad", "not a film at all", just("This is no film.\n" * 5000), True),
    ("random.mp4", "bad", "", just(random.Random(7).randbytes(300000)), False),
    ("zeros.ts", "bad", "", just(bytes(300000)), False),
    ("mp4-called.mkv", "remux", "its name is wrong", renamed, True),
]
