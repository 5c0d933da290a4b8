# SPDX-License-Identifier: LGPL-2.1-or-later
"""Films whose containers are written in ways that are rare and right."""
import struct

import odd


def patched(name, change, *arguments):
    """change(bytearray of the film) -> bytes"""
    def recipe(work):
        path = odd.source(work, name, video=[*odd.X264, *arguments])
        with open(path, "rb") as file:
            return work.write("patched", bytes(change(bytearray(file.read()))))
    return recipe


# ISO media: moov lies behind the media, so that it can grow.

WITH_CHILDREN = (b"moov", b"trak", b"edts", b"mdia", b"minf", b"stbl")


def box(kind, content):
    return struct.pack(">I", 8 + len(content)) + kind + content


def rewritten(data, change):
    """All boxes anew; change(kind, content) gives (kind, content)."""
    out, at = b"", 0
    while at + 8 <= len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        content = data[at + 8:at + size]
        if kind in WITH_CHILDREN:
            content = rewritten(content, change)
        out += data[at:at + size] if kind == b"mdat" else box(*change(kind, content))
        at += size
    return out


def wide_tables(kind, content):
    """co64 for stco, stz2 for stsz (ISO/IEC 14496-12 8.7.5, 8.7.3.3)."""
    if kind == b"stco":
        count, = struct.unpack(">I", content[4:8])
        return b"co64", content[:8] + b"".join(struct.pack(">Q", n) for n in struct.unpack(f">{count}I", content[8:]))
    if kind == b"stsz" and content[4:8] == bytes(4):
        count, = struct.unpack(">I", content[8:12])
        sizes = struct.unpack(f">{count}I", content[12:])
        return b"stz2", content[:4] + struct.pack(f">II{count}H", 16, count, *sizes)
    return kind, content


def large_header(kind, content):
    return kind, content + box(b"free", bytes(24 << 20)) if kind == b"moov" else content


def two_edits(film):
    """Seconds 0 to 6 and 12 to 18 of the media (8.6.6); ffmpeg's clocks are 1000 for the film, 12800 and 48000."""
    clocks = iter((12800, 48000))

    def change(kind, content):
        if kind != b"elst":
            return kind, content
        first, = struct.unpack(">i", content[12:16])
        second = first + 12 * next(clocks)
        return kind, content[:4] + struct.pack(">IIiIIiI", 2, 6000, first, 1 << 16, 6000, second, 1 << 16)
    return rewritten(film, change)


# Matroska that was written in one go: nothing points to what lies behind.

CLUSTER = b"\x1f\x43\xb6\x75"


def each_cluster(change):
    """change(bytes from one cluster's id on) -> bytes"""
    def recipe(work):
        with open(odd.piped(work), "rb") as file:
            head, *clusters = file.read().split(CLUSTER)
        return work.write("changed.mkv", head + b"".join(change(CLUSTER + cluster) for cluster in clusters))
    return recipe


def of_unknown_size(cluster):
    length = 9 - cluster[4].bit_length()  # of the size (RFC 8794 4); all ones: not known
    return CLUSTER + ((1 << 7 * length + 1) - 1).to_bytes(length + 1, "big")[-length:] + cluster[4 + length:]


def behind_a_void(cluster):
    return b"\xec\x84void" + cluster


def mkvmerge(*arguments, audio=None):
    return lambda work: odd.mkvmerge(work, *arguments, audio=audio)


# MPEG-TS.

def several_jumps(work):
    late = work.path("late.ts")
    work.ffmpeg("-i", odd.source(work, "b.ts", 8, first=200), "-c", "copy", "-output_ts_offset", "500", late)
    return odd.joined_ts(work, odd.source(work, "a.ts", 8), late, odd.source(work, "c.ts", 8, first=400))


def new_streams(work):
    second = work.path("second.ts")
    work.ffmpeg("-i", odd.source(work, "b.ts", 8, first=200, audio=["-c:a", "ac3"]), "-c", "copy", "-mpegts_start_pid",
                "0x200", "-mpegts_pmt_start_pid", "0x1100", second)
    return odd.joined_ts(work, odd.source(work, "a.ts", 8), second)


def silent_part(work):
    silent = odd.copied(work, "b.ts", "-i", odd.source(work, "whole.ts", 7, first=175), ["-map", "0:v"])
    return odd.joined_ts(work, odd.source(work, "a.ts", 7), silent, odd.source(work, "c.ts", 6, first=350))


def jump_m2ts(work):
    parts = []
    for name, first in (("a", 0), ("b", 250)):
        parts.append(work.path(f"{name}.m2ts"))
        work.ffmpeg("-i", odd.source(work, f"{name}.ts", 10, first=first, audio=["-c:a", "ac3"]), "-c", "copy",
                    "-mpegts_m2ts_mode", "1", "-f", "mpegts", parts[-1])
    return odd.joined_ts(work, *parts)


def latm(work):
    return odd.copied(work, "out.ts", "-i", odd.source(work, "whole.mp4"), ["-mpegts_flags", "latm"])


MP3 = ["-c:a", "libmp3lame", "-b:a", "96k"]
FILMS = [
    ("h264-co64-stz2.mp4", "remux", "wide places, narrow sizes", patched("a.mp4", lambda f: rewritten(f, wide_tables)), False),
    ("h264-large-moov.mp4", "remux", "moov of 24 MB", patched("a.mp4", lambda f: rewritten(f, large_header)), False),
    ("h264-two-edits.mp4", "remux", "seconds 0 to 6 and 12 to 18", patched("a.mp4", two_edits), False),
    ("h264-unknown-clusters.mkv", "remux", "clusters don't tell their size", each_cluster(of_unknown_size), False),
    ("h264-voids.mkv", "remux", "Void before each cluster", each_cluster(behind_a_void), False),
    ("h264-mp3-laced-ebml.mkv", "remux", "EBML lacing", mkvmerge("--engage", "lacing_ebml", audio=MP3), False),
    ("h264-zlib.mkv", "remux", "compressed blocks", mkvmerge("--compression", "0:zlib", "--compression", "1:zlib"), False),
    ("h264-several-jumps.ts", "remux", "times jump ahead, and back", several_jumps, False),
    ("h264-new-streams.ts", "remux", "other PIDs and sound at 8 s", new_streams, False),
    ("h264-silent-part.ts", "remux", "no sound from 7 to 14 s, times begin anew", silent_part, False),
    ("h264-jump.m2ts", "remux", "times begin anew, packets of 192 bytes", jump_m2ts, False),
    ("h264-latm.ts", "remux", "AAC in LATM", latm, False),
]
