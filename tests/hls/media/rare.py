# SPDX-License-Identifier: LGPL-2.1-or-later
"""Films that are right and seldom seen: what few muxers write, and none of those at hand."""
import itertools
import os
import struct
import zlib

import fields
import odd
from shapes import box, rewritten
import words


def le(*numbers):
    return struct.pack(f"<{len(numbers)}I", *numbers)


# AVI.

def chunks(data):
    at = 0
    while at + 8 <= len(data):
        size, = struct.unpack("<I", data[at + 4:at + 8])
        yield data[at:at + 4], data[at + 8:at + 8 + size]
        at += 8 + size + size % 2


def chunk(kind, content):
    return kind + le(len(content)) + content + bytes(len(content) % 2)


def listed(name, kind, content):
    return chunk(name, kind + content)


def several_riffs(work):
    """Three RIFF chunks, and indexes of them all instead of idx1 (OpenDML 1.02)."""
    film = odd.source(work, "a.avi", video=[*odd.X264, "-bf", "0"], audio=["-c:a", "libmp3lame", "-b:a", "96k"])
    with open(film, "rb") as file:
        (_, whole), = chunks(file.read())
    parts = [(kind, content) for kind, content in chunks(whole[4:])]
    head = next(content for kind, content in parts if kind == b"LIST" and content[:4] == b"hdrl")
    media = list(chunks(next(content for kind, content in parts if kind == b"LIST" and content[:4] == b"movi")[4:]))
    index = next(content for kind, content in parts if kind == b"idx1")
    keys = [struct.unpack("<I", index[at + 4:at + 8])[0] & 0x10 for at in range(0, len(index), 16)]
    media = [(kind, content, key) for (kind, content), key in
             zip(((k, c) for k, c in media if k[:2].isdigit()), keys)]
    thirds = [media[len(media) * n // 3:len(media) * (n + 1) // 3] for n in range(3)]

    def headers(supers):
        out = b""
        for kind, content in chunks(head[4:]):
            if kind == b"LIST" and content[:4] == b"strl":
                stream = supers.pop(0)
                inner = b"".join(chunk(k, c) for k, c in chunks(content[4:]) if k not in (b"JUNK", b"indx"))
                table = struct.pack("<HBBI4s12x", 4, 0, 0, 3, stream[0]) + b"".join(
                    struct.pack("<QII", *row) for row in stream[1])
                out += listed(b"LIST", b"strl", inner + chunk(b"indx", table))
            elif kind != b"JUNK":
                out += chunk(kind, content)
        return listed(b"LIST", b"hdrl", out)

    names = [b"00dc", b"01wb"]
    supers = [(name, [(0, 0, 0)] * 3) for name in names]
    begin = 12 + len(headers(list(supers)))
    out, rows = b"", {name: [] for name in names}
    for third in thirds:
        riff = begin + len(out) if out else 0
        first = begin + 12 if not out else riff + 12 + 12  # of the media
        movi, places = b"", {name: [] for name in names}
        for kind, content, key in third:
            places[kind].append((first + len(movi) + 8, len(content), key))
            movi += chunk(kind, content)
        for name in names:
            table = struct.pack("<HBBI4sQI", 2, 0, 1, len(places[name]), name, first, 0) + b"".join(
                le(at - first, size | (0 if key else 1 << 31)) for at, size, key in places[name])
            rows[name].append((first + len(movi), 8 + len(table), len(places[name])))
            movi += chunk(b"ix" + name[:2], table)
        out += listed(b"LIST", b"movi", movi) if not out else listed(b"RIFF", b"AVIX", listed(b"LIST", b"movi", movi))
        if riff == 0:
            end = begin + len(out)
    front = headers([(name, rows[name]) for name in names])
    return work.write("out.avi", b"RIFF" + le(end - 8) + b"AVI " + front + out)


# ISO media.

def changed(name, change, *arguments):
    """change(kind, content) for each box of what ffmpeg makes"""
    def recipe(work):
        with open(odd.source(work, "a.mp4", video=[*odd.X264, *arguments]), "rb") as file:
            return work.write(name, rewritten(file.read(), change))
    return recipe


def beyond_4_gib(work):
    """A hole of 5 GiB in mdat: places and sizes want 64 bits. It takes no room on disk."""
    hole = 5 << 30
    with open(odd.source(work, "a.mp4"), "rb") as file:
        film = file.read()
    at = film.index(b"mdat") - 4
    size = int.from_bytes(film[at:at + 4], "big")
    middle = at + size // 2
    places = []

    def wide(kind, content):
        if kind != b"stco":
            return kind, content
        old = struct.unpack(f">{(len(content) - 8) // 4}I", content[8:])
        places.extend(old)
        return b"co64", content[:8] + b"".join(struct.pack(">Q", n + 8 + (hole if n >= middle else 0)) for n in old)
    rewritten(film, wide)
    middle = min(n for n in places if n >= middle)
    moov = rewritten(film[at + size:], wide)
    out = work.path("out.mp4")
    with open(out, "wb") as file:
        file.write(film[:at] + b"\0\0\0\1mdat" + (size + 8 + hole).to_bytes(8, "big") + film[at + 8:middle])
        file.seek(hole, os.SEEK_CUR)
        file.write(film[middle:at + size] + moov)
    return out


def two_descriptions():
    """Each stsd has its entry twice, and from the second half on the second one is meant (8.5.2, 8.7.4)."""
    def change(kind, content):
        if kind == b"stsd":
            return kind, content[:4] + struct.pack(">I", 2) + content[8:] * 2
        if kind == b"stsc":
            count, = struct.unpack(">I", content[4:8])
            rows = [struct.unpack(">III", content[8 + 12 * n:20 + 12 * n]) for n in range(count)]
            rows = [(first, samples, 2 if first > 100 else 1) for first, samples, _ in rows]
            before = [row for row in rows if row[0] <= 100]
            rows = before + [(101, before[-1][1], 2)] + [row for row in rows if row[0] > 101]
            return kind, content[:4] + struct.pack(">I", len(rows)) + b"".join(struct.pack(">III", *row) for row in rows)
        return kind, content
    return change


def fewer_references(work):
    """sidx names two moofs at a time (8.16.3)."""
    path = odd.source(work, "a.mp4", video=[*odd.X264, "-movflags", "+frag_keyframe+empty_moov+default_base_moof+global_sidx"])

    def halved(kind, content):
        if kind != b"sidx":
            return kind, content
        wide = 8 if content[0] else 4
        head = 12 + 2 * wide
        count, = struct.unpack(">H", content[head + 2:head + 4])
        rows = [struct.unpack(">III", content[head + 4 + 12 * n:head + 16 + 12 * n]) for n in range(count)]
        pairs = [rows[n:n + 2] for n in range(0, count, 2)]
        sums = [(sum(row[0] for row in pair), sum(row[1] for row in pair), pair[0][2]) for pair in pairs]
        gone = 12 * (count - len(sums))  # between sidx and the first moof
        if content[0]:
            offset = struct.unpack(">Q", content[20:28])[0]
            content = content[:20] + struct.pack(">Q", offset + gone) + content[28:]
        else:
            offset, = struct.unpack(">I", content[16:20])
            content = content[:16] + struct.pack(">I", offset + gone) + content[20:]
        return kind, (content[:head] + struct.pack(">HH", 0, len(sums)) + b"".join(struct.pack(">III", *row) for row in sums),
                      gone)

    with open(path, "rb") as file:
        film, out, at = file.read(), b"", 0
    while at + 8 <= len(film):  # what was taken out is free space behind: places stay
        size, kind = struct.unpack(">I4s", film[at:at + 8])
        if kind == b"sidx":
            content, gone = halved(kind, film[at + 8:at + size])[1]
            out += box(kind, content) + (box(b"free", bytes(gone - 8)) if gone else b"")
        else:
            out += film[at:at + size]
        at += size
    return work.write("out.mp4", out)


def audio_config(*fields_of_bits):
    """AudioSpecificConfig of five bytes in the place of ffmpeg's (ISO/IEC 14496-3 1.6.2.1): AAC-LC of 24 kHz is in it."""
    def recipe(work):
        path = odd.source(work, "a.mp4", audio=["-c:a", "aac", "-b:a", "48k"], rate=24000)
        with open(path, "rb") as file:
            film = bytearray(file.read())
        at = film.index(b"\x05\x80\x80\x80\x05", film.index(b"esds")) + 5
        bits = "".join(f"{value:0{bits}b}" for value, bits in fields_of_bits).ljust(40, "0")
        film[at:at + 5] = int(bits, 2).to_bytes(5, "big")
        return work.write("patched.mp4", bytes(film))
    return recipe


LC, SBR, PS = 2, 5, 29
KHZ_24, KHZ_48 = 6, 3


def dolby_vision(work):
    """dvh1, with its configuration behind hvcC (Dolby Vision streams within ISO base media, 3.1)."""
    path = work.path("a.mp4")
    work.ffmpeg(*work.picture(), *work.sound(), "-c:v", "libx265", "-preset", "ultrafast", "-b:v", "300k", "-pix_fmt",
                "yuv420p10le", "-x265-params", "keyint=50:open-gop=0:log-level=error", "-tag:v", "hvc1", *odd.AAC, path)
    config = box(b"dvcC", bytes([1, 0, 5 << 1, 3 << 3 | 1 | 4]) + bytes(20))

    def change(kind, content):
        if kind != b"stsd" or content[12:16] != b"hvc1":
            return kind, content
        entry = content[16:] + config
        return kind, content[:8] + struct.pack(">I", 8 + len(entry)) + b"dvh1" + entry
    with open(path, "rb") as file:
        return work.write("out.mp4", rewritten(file.read(), change))


def with_marks(ending, *arguments):
    """Chapters, which ffmpeg writes as a track of text, and QuickTime's time code."""
    def recipe(work):
        marks = "".join(f"[CHAPTER]\nTIMEBASE=1/1\nSTART={5 * n}\nEND={5 * n + 5}\ntitle=Part {n}\n" for n in range(4))
        chapters, out = work.write("chapters.txt", ";FFMETADATA1\n" + marks), work.path("out" + ending)
        work.ffmpeg("-i", odd.source(work, "whole.mp4"), "-i", chapters, "-map", "0", "-map_metadata", "1", "-c", "copy",
                    *arguments, out)
        return out
    return recipe


# Matroska.

def number(value, bytes_):
    return (value | 1 << 7 * bytes_).to_bytes(bytes_, "big")


def element(ident, content):
    return ident + number(len(content), 8) + content


def uint(ident, value):
    return element(ident, value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big"))


def elements(data, at=0):
    while at < len(data):
        length = 9 - data[at].bit_length()
        ident = data[at:at + length]
        at += length
        length = 9 - data[at].bit_length()
        size = int.from_bytes(data[at:at + length], "big") & ((1 << 7 * length) - 1)
        at += length
        yield ident, data[at:at + size]
        at += size


SEGMENT, INFO, TRACKS, CLUSTER = b"\x18\x53\x80\x67", b"\x15\x49\xa9\x66", b"\x16\x54\xae\x6b", b"\x1f\x43\xb6\x75"


def headers_stripped(work):
    """AC-3 without the two bytes that each frame begins with (RFC 9559 5.1.4.1.31.7), as old mkvmerge wrote it; no Cues."""
    with open(odd.source(work, "a.mkv", audio=["-c:a", "ac3"]), "rb") as file:
        (_, _), (_, segment) = whole = list(elements(file.read()))
    out = b""
    for ident, content in elements(segment):
        if ident == TRACKS:
            entries = b""
            for inner, entry in elements(content):
                if b"A_AC3" in entry:
                    entry += element(b"\x6d\x80", element(b"\x62\x40", uint(b"\x50\x33", 0) + element(
                        b"\x50\x34", uint(b"\x42\x54", 3) + element(b"\x42\x55", b"\x0b\x77"))))
                entries += element(inner, entry)
            out += element(ident, entries)
        elif ident == CLUSTER:
            blocks = b""
            for inner, block in elements(content):
                if inner == b"\xa3" and block[0] == 0x82 and block[4:6] == b"\x0b\x77":
                    block = block[:4] + block[6:]
                blocks += element(inner, block)
            out += element(ident, blocks)
        elif ident == INFO:
            out += element(ident, content)
    return work.write("out.mkv", element(*whole[0]) + element(SEGMENT, out))


def compressed_words(work):
    film = odd.source(work, "whole.mkv")
    out = work.path("out.mkv")
    work.run("mkvmerge", "-q", "--deterministic", "1", "-o", out, film, "--compression", "0:zlib",
             work.write("words.srt", words.srt("Second")))
    return out


def see_through(work):
    """VP9 whose alpha lies in BlockAdditions."""
    out = work.path("out.webm")
    work.ffmpeg(*work.picture(10), *work.sound(10), "-vf", "format=yuva420p", "-c:v", "libvpx-vp9", "-deadline", "realtime",
                "-cpu-used", "8", "-b:v", "300k", "-g", "50", "-auto-alt-ref", "0", "-c:a", "libopus", out)
    return out


def many_sounds(ending, count=30):
    def recipe(work):
        out, inputs = work.path("out" + ending), [*work.picture()]
        for n in range(count):
            inputs += work.sound(pitch=300 + 10 * n)
        maps = list(itertools.chain(*(("-map", str(n)) for n in range(count + 1))))
        work.ffmpeg(*inputs, *maps, *odd.X264, "-c:a", "aac", "-b:a", "48k", out)
        return out
    return recipe


def long_words(work):
    """Cues that overlap, one longer than the film, and one of no length."""
    lines = [(0.5, 3600.5, "All the time"), (2, 9, "Over it"), (2, 5, "And over that"), (4, 4, "No time"), (12, 12.2, "Short"),
             (18, 40, "To the end")]
    text = "\n".join(f"{n}\n{words.stamp(a)} --> {words.stamp(b)}\n{text}\n" for n, (a, b, text) in enumerate(lines, 1))
    out = work.path("out.mkv")
    work.run("mkvmerge", "-q", "--deterministic", "1", "-o", out, odd.source(work, "whole.mkv"), work.write("words.srt", text))
    return out


# Subtitles that are pictures.

def presentation_graphics(seconds):
    """A white bar each second (Blu-ray's PGS): segments are composition, window, palette, object, end."""
    def segment(at, kind, content):
        return b"PG" + struct.pack(">IIBH", int(at * 90000), 0, kind, len(content)) + content

    def composition(at, count, shown):
        return segment(at, 0x16, struct.pack(">HHBHBBBB", 320, 180, 0x10, count, 0x80, 0, 0, int(shown)) + (
            struct.pack(">HBBHH", 0, 0, 0, 100, 150) if shown else b""))
    out, rows = b"", b"".join(b"\0" + bytes([0xc0 | 120 >> 8, 120 & 255, 1]) + b"\0\0" for _ in range(10))
    window = struct.pack(">BBHHHH", 1, 0, 100, 150, 120, 10)
    for n in range(seconds):
        out += composition(n + 0.1, 2 * n, True) + segment(n + 0.1, 0x17, window)
        out += segment(n + 0.1, 0x14, bytes([0, 0, 1, 235, 128, 128, 255]))
        out += segment(n + 0.1, 0x15, struct.pack(">HBB", 0, 0, 0xc0) + (len(rows) + 4).to_bytes(3, "big") +
                       struct.pack(">HH", 120, 10) + rows) + segment(n + 0.1, 0x80, b"")
        out += composition(n + 0.9, 2 * n + 1, False) + segment(n + 0.9, 0x17, window) + segment(n + 0.9, 0x80, b"")
    return out


def pictures_of_words(ending, codec):
    def recipe(work):
        out = work.path("out" + ending)
        work.ffmpeg("-i", odd.source(work, "whole.mkv"), "-fix_sub_duration", "-i",
                    work.write("words.sup", presentation_graphics(20)), "-i", work.write("words.srt", words.srt("Second")), "-map", "0", "-map", "1", "-c", "copy", "-c:s", codec,
                    *(["-map", "2", "-c:s:1", "srt"] if ending == ".mkv" else []), out)
        return out
    return recipe


# Packets and fields.

def with_parity(work):
    """204 bytes: 16 of Reed-Solomon behind each packet, which nobody reads."""
    with open(odd.source(work, "a.ts"), "rb") as file:
        film = file.read()
    return work.write("out.ts", b"".join(film[at:at + 188] + zlib.crc32(film[at:at + 188]).to_bytes(4, "big") * 4
                                         for at in range(0, len(film), 188)))


def pairs_of_fields(ending):
    def recipe(work):
        track = (uint(b"\xd7", 1) + uint(b"\x73\xc5", 1) + uint(b"\x83", 1) + uint(b"\x23\xe3\x83", 40_000_000) +
                 element(b"\x86", b"V_MPEG4/ISO/AVC") + element(b"\x63\xa2", fields.configuration()) +
                 element(b"\xe0", uint(b"\x9a", 1) + uint(b"\xb0", fields.WIDTH) + uint(b"\xba", fields.HEIGHT)))
        out = element(INFO, uint(b"\x2a\xd7\xb1", 1_000_000)) + element(TRACKS, element(b"\xae", track))
        for n, (pair, key) in enumerate(fields.pairs(500)):
            out += element(CLUSTER, uint(b"\xe7", 40 * n) + element(b"\xa3", b"\x81\0\0" + bytes([0x80 * key]) + pair))
        pictures = work.write("pictures.mkv", element(b"\x1a\x45\xdf\xa3", element(b"\x42\x82", b"matroska")) +
                              element(SEGMENT, out))
        film = work.path("out" + ending)
        work.ffmpeg("-i", pictures, *work.sound(), "-map", "0", "-map", "1", "-c:v", "copy", *odd.AAC, film)
        return film
    return recipe


def eight_channels(work):
    return odd.source(work, "a.mp4", channels=8, audio=["-c:a", "aac", "-b:a", "256k"])


FILMS = [
    ("h264-opendml.avi", "remux", "three RIFF chunks", several_riffs, False),
    ("h264-two-descriptions.mp4", "remux", "two entries in each stsd", changed("out.mp4", two_descriptions()), False),
    ("h264-few-references.mp4", "remux", "two moofs to a reference of sidx", fewer_references, False),
    ("h264-sbr-announced.mp4", "remux", "AAC said to have SBR, behind its LC configuration",
     audio_config((LC, 5), (KHZ_24, 4), (2, 4), (0, 3), (0x2b7, 11), (SBR, 5), (1, 1), (KHZ_48, 4)), False),
    ("h264-ps.mp4", "remux", "AAC said to have parametric stereo",
     audio_config((PS, 5), (KHZ_24, 4), (2, 4), (KHZ_48, 4), (LC, 5), (0, 3)), False),
    ("hevc-dolby-vision.mp4", "remux", "dvh1", dolby_vision, False),
    ("h264-chapters.mp4", "remux", "chapters as a track of text", with_marks(".mp4"), False),
    ("h264-timecode.mov", "remux", "a track of time code", with_marks(".mov", "-timecode", "01:00:00:00"), False),
    ("h264-aac-71.mp4", "remux", "7.1", eight_channels, False),
    ("h264-many-sounds.mkv", "remux", "30 sound tracks", many_sounds(".mkv"), False),
    ("h264-many-sounds.mp4", "remux", "30 sound tracks", many_sounds(".mp4"), False),
    ("h264-headers-stripped.mkv", "remux", "AC-3 without its first bytes", headers_stripped, False),
    ("h264-compressed-words.mkv", "remux", "subtitles under zlib", compressed_words, False),
    ("h264-long-words.mkv", "remux", "cues that overlap, for hours", long_words, False),
    ("h264-pgs.mkv", "remux", "subtitles of pictures, and of text", pictures_of_words(".mkv", "copy"), False),
    ("h264-dvdsub.mkv", "remux", "subtitles of pictures, and of text", pictures_of_words(".mkv", "dvdsub"), False),
    ("h264-dvdsub.mp4", "remux", "subtitles of pictures", pictures_of_words(".mp4", "dvdsub"), False),
    ("h264-dvbsub.ts", "remux", "subtitles of pictures", pictures_of_words(".ts", "dvbsub"), False),
    ("vp9-alpha.webm", "remux", "one can see through", see_through, False),
    ("h264-204.ts", "remux", "packets of 204 bytes", with_parity, False),
    ("h264-fields.ts", "remux", "pairs of fields", pairs_of_fields(".ts"), False),
    ("h264-fields.mkv", "remux", "pairs of fields", pairs_of_fields(".mkv"), False),
    ("h264-fields.mp4", "remux", "pairs of fields", pairs_of_fields(".mp4"), False),
]
