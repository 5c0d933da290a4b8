# SPDX-License-Identifier: LGPL-2.1-or-later
"""Films as people bring them: from phones, cameras, recorders that were killed, with covers, very short ones."""
import os

import odd
from shapes import rewritten

AAC_24 = ["-c:a", "aac", "-b:a", "48k"]


def phone(*flags):
    """Held upright, begins before its first key frame that is shown, pictures when there is light."""
    def recipe(work):
        whole = work.path("whole.mp4")
        work.ffmpeg(*work.picture(20), *work.sound(20, 44100, 1), "-vf", "select='lt(mod(n\\,23)\\,19)'", "-vsync", "vfr",
                    *odd.X264, *odd.AAC, "-video_track_timescale", "90000", whole)
        return odd.copied(work, "out.mp4", "-ss", "1.3", "-i", whole, ["-metadata:s:v", "rotate=90", *flags])
    return recipe


def killed(work):
    path = odd.piped(work)
    os.truncate(path, int(os.path.getsize(path) * 0.7))
    return path


def all_in_front(work):
    chapters = work.write("chapters.txt", "".join(f"CHAPTER{n:02}=00:00:{5 * n:02}.000\nCHAPTER{n:02}NAME=Part {n}\n"
                                                  for n in range(4)))
    fonts = []
    for number in range(2):
        font = work.write(f"font{number}.ttf", bytes(range(256)) * 3000)
        fonts += ["--attachment-mime-type", "application/x-truetype-font", "--attach-file", font]
    return odd.mkvmerge(work, "--chapters", chapters, *fonts)


def wide_places(kind, content):
    if kind != b"stco":
        return kind, content
    places = (content[at:at + 4] for at in range(8, len(content), 4))
    return b"co64", content[:8] + b"".join(bytes(4) + place for place in places)


def large(work):
    """mdat with a size of 64 bits (ISO/IEC 14496-12 4.2): its 16 bytes take the place of `free` before it."""
    with open(odd.source(work, "a.mp4"), "rb") as file:
        film = rewritten(file.read(), wide_places)
    at = film.index(b"mdat") - 4
    if film[at - 8:at] != b"\0\0\0\x08free":
        raise RuntimeError("no `free` before mdat")
    size = int.from_bytes(film[at:at + 4], "big")
    return work.write("large.mp4", film[:at - 8] + b"\0\0\0\1mdat" + (size + 8).to_bytes(8, "big") + film[at + 8:])


def high_efficiency(work):
    """AAC-LC of 24 kHz, said to have SBR (ISO/IEC 14496-3 1.6.2.1): decoders give 48 kHz, whatever is in it."""
    path = odd.source(work, "a.mp4", audio=AAC_24, rate=24000)
    with open(path, "rb") as file:
        film = bytearray(file.read())
    at = film.index(b"\x05\x80\x80\x80\x05", film.index(b"esds")) + 5
    bits = f"{5:05b}{6:04b}{2:04b}{3:04b}{2:05b}000".ljust(40, "0")
    film[at:at + 5] = int(bits, 2).to_bytes(5, "big")
    return work.write("patched.mp4", bytes(film))


def still(ending, codec):
    """A picture of the cover as a film track of its own, before the film."""
    def recipe(work):
        whole, cover, out = odd.source(work, "whole.mp4"), work.path("cover.mkv"), work.path("out" + ending)
        work.ffmpeg("-f", "lavfi", "-i", "color=c=red:s=300x400:d=0.04", "-frames:v", "1", "-c:v", codec, cover)
        work.ffmpeg("-i", cover, "-i", whole, "-map", "0", "-map", "1", "-c", "copy", out)
        return out
    return recipe


def two_pictures(ending):
    def recipe(work):
        a, b, out = odd.source(work, "a.mp4"), odd.source(work, "b.mp4", size=(640, 360)), work.path("out" + ending)
        work.ffmpeg("-i", a, "-i", b, "-map", "0:v", "-map", "1:v", "-map", "0:a", "-c", "copy", out)
        return out
    return recipe


def begins_within_a_gop(ending, *arguments):
    def recipe(work):
        path = odd.source(work, "whole" + ending)
        return odd.copied(work, "out" + ending, "-i", path, ["-ss", "0.9", "-copyinkf", *arguments])
    return recipe


def torn_in_front(work):
    path = odd.source(work, "whole.ts")
    with open(path, "rb") as file:
        return work.write("out.ts", file.read()[188 * 700 + 50:])


def short(name, seconds):
    return lambda work: odd.source(work, name, seconds)


def no_frames_of_sound(work):
    """A sound track that has nothing in it."""
    silent, out = work.path("silent.mp4"), work.path("out.mp4")
    work.ffmpeg(*work.picture(), *work.sound(), *odd.X264, "-frames:a", "0", *odd.AAC, silent)
    return odd.copied(work, os.path.basename(out), "-i", silent, ["-map", "0"])


def cover_of_sound(ending, *arguments):
    def recipe(work):
        cover, out = work.path("cover.jpg"), work.path("out" + ending)
        work.ffmpeg("-f", "lavfi", "-i", "color=c=red:s=300x400:d=0.04", "-frames:v", "1", cover)
        work.ffmpeg(*work.sound(), "-i", cover, "-map", "0", "-map", "1", *arguments, "-c:v", "copy", "-disposition:v:0",
                    "attached_pic", out)
        return out
    return recipe


def cover_attached(work):
    cover = work.path("cover.jpg")
    work.ffmpeg("-f", "lavfi", "-i", "color=c=red:s=300x400:d=0.04", "-frames:v", "1", cover)
    return odd.mkvmerge(work, "--attachment-mime-type", "image/jpeg", "--attach-file", cover)


def high_bits(work):
    out = work.path("out.webm")
    work.ffmpeg(*work.picture(10), *work.sound(10), "-c:v", "libaom-av1", "-usage", "realtime", "-cpu-used", "8", "-b:v", "300k",
                "-g", "50", "-pix_fmt", "yuv420p10le", "-c:a", "libopus", out)
    return out


def hevc_10(work):
    out = work.path("out.mp4")
    work.ffmpeg(*work.picture(), *work.sound(), "-c:v", "libx265", "-preset", "ultrafast", "-b:v", "300k", "-pix_fmt",
                "yuv420p10le", "-x265-params", "keyint=50:log-level=error", "-tag:v", "hev1", *odd.AAC, out)
    return out


FILMS = [
    ("h264-phone.mp4", "remux", "variable rate, upright, an edit", phone(), False),
    ("h264-phone-fragmented.mp4", "remux", "the same in fragments", phone("-movflags", "+frag_keyframe+delay_moov"), False),
    ("h264-killed.mkv", "remux", "a recorder that was killed: no Cues, a torn cluster", killed, False),
    ("h264-all-in-front.mkv", "remux", "chapters and fonts before the clusters", all_in_front, False),
    ("h264-cover.mkv", "remux", "a cover attached", cover_attached, False),
    ("h264-large.mp4", "remux", "sizes and places of 64 bits", large, False),
    ("h264-heaac.mp4", "remux", "AAC said to have SBR", high_efficiency, False),
    ("h264-still-first.mp4", "remux", "the first film track is a PNG", still(".mp4", "png"), False),
    ("h264-still-first.mkv", "remux", "the first film track is a JPEG", still(".mkv", "mjpeg"), False),
    ("h264-two-pictures.mp4", "remux", "two film tracks", two_pictures(".mp4"), False),
    ("h264-two-pictures.mkv", "remux", "two film tracks", two_pictures(".mkv"), False),
    ("h264-late-key.mkv", "remux", "begins within a GOP", begins_within_a_gop(".mkv"), False),
    ("h264-late-key.mp4", "remux", "begins within a GOP", begins_within_a_gop(".mp4"), False),
    ("h264-torn.ts", "remux", "begins within a GOP, and a packet", torn_in_front, False),
    ("h264-one-picture.mp4", "remux", "one picture", short("a.mp4", 0.04), False),
    ("h264-one-picture.mkv", "remux", "one picture", short("a.mkv", 0.04), False),
    ("h264-one-picture.ts", "remux", "one picture", short("a.ts", 0.04), False),
    ("h264-half-second.mp4", "remux", "half a second", short("a.mp4", 0.5), False),
    ("h264-half-second.mkv", "remux", "half a second", short("a.mkv", 0.5), False),
    ("h264-half-second.ts", "remux", "half a second", short("a.ts", 0.5), False),
    ("h264-no-frames-of-sound.mp4", "remux", "an empty sound track", no_frames_of_sound, False),
    ("hevc-10bit-hev1.mp4", "remux", "Main 10, hev1", hevc_10, False),
    ("av1-10bit.webm", "remux", "10 bits", high_bits, False),
    ("sound-cover.mp3", "sound", "with a cover", cover_of_sound(".mp3", "-c:a", "libmp3lame", "-b:a", "96k"), False),
    ("sound-cover.m4a", "sound", "with a cover", cover_of_sound(".m4a", "-c:a", "aac"), False),
    ("sound-cover.flac", "sound", "with a cover", cover_of_sound(".flac", "-c:a", "flac"), False),
]
