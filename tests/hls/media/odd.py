# SPDX-License-Identifier: LGPL-2.1-or-later
"""Films that take more than one command: edit lists, rotation, interleaving, changes in the middle."""
X264 = ["-c:v", "libx264", "-preset", "veryfast", "-b:v", "300k", "-g", "50", "-pix_fmt", "yuv420p"]
AAC = ["-c:a", "aac", "-b:a", "96k"]


def source(work, name, seconds=20, size=(320, 180), first=0, video=None, audio=None, rate=48000, channels=2):
    out = work.path(name)
    work.ffmpeg(*work.picture(seconds, size=size, first=first), *work.sound(seconds, rate, channels), *(video or X264),
                *(audio or AAC), "-ac", str(channels), out)
    return out


def copied(work, name, *arguments):
    out = work.path(name)
    work.ffmpeg(*arguments[:-1], "-c", "copy", *arguments[-1], out)
    return out


def edit_list(work):
    # The cut lies between key frames: pictures from the one before, an edit that hides them.
    whole = source(work, "whole.mp4")
    return copied(work, "out.mp4", "-ss", "3.3", "-i", whole, [])


def delayed_sound(work):
    whole = source(work, "whole.mp4")
    return copied(work, "out.mp4", "-i", whole, "-itsoffset", "1.5", "-i", whole, "-map", "0:v", "-map", "1:a", [])


def rotated(work):
    return copied(work, "out.mp4", "-i", source(work, "whole.mp4"), ["-metadata:s:v", "rotate=90"])


def interleaved_badly(work):
    whole, out = source(work, "whole.mp4"), work.path("out.mp4")
    queue = "queue max-size-time=0 max-size-bytes=0 max-size-buffers=0"
    work.gst(f"filesrc location={whole} ! qtdemux name=d d.video_0 ! {queue} ! h264parse ! m. d.audio_0 ! {queue} ! "
             f"aacparse ! m. mp4mux name=m interleave-time=5000000000 ! filesink location={out}")
    return out


def gst_matroska(work):
    whole, out = source(work, "whole.mp4"), work.path("out.mkv")
    work.gst(f"filesrc location={whole} ! qtdemux name=d d.video_0 ! queue ! h264parse ! m. d.audio_0 ! queue ! "
             f"aacparse ! m. matroskamux name=m ! filesink location={out}")
    return out


def mkvmerge(work, *arguments, audio=None):
    whole, out = source(work, "whole.mkv", audio=audio), work.path("out.mkv")
    work.run("mkvmerge", "-q", "--deterministic", "1", "-o", out, *arguments, whole)
    return out


def laced(work):
    return mkvmerge(work, "--engage", "lacing_xiph", audio=["-c:a", "libmp3lame", "-b:a", "96k"])


def merged(work):
    return mkvmerge(work)


def iframe_cues(work):
    return mkvmerge(work, "--cues", "0:iframes")


def no_cues(work):
    return mkvmerge(work, "--no-cues")


def attachments(work):
    attached = work.toolbox.font or work.write("font.ttf", b"not a font" * 70000)
    return mkvmerge(work, "--attachment-mime-type", "application/x-truetype-font", "--attach-file", attached)


def piped(work):
    # Nothing can be written at the front later: no Cues, no duration, sizes unknown.
    whole, out = source(work, "whole.mkv"), work.path("out.mkv")
    work.run("sh", "-c", f"ffmpeg -nostdin -v error -i '{whole}' -c copy -f matroska - > '{out}'")
    return out


def joined_ts(work, *parts):
    out = work.path("out.ts")
    with open(out, "wb") as to:
        for part in parts:
            with open(part, "rb") as file:
                to.write(file.read())
    return out


def discontinuity(work):
    # Two recordings one after the other: times jump back, counters too.
    return joined_ts(work, source(work, "a.ts", 12), source(work, "b.ts", 12, first=300))


def jump_ahead(work):
    late = work.path("late.ts")
    work.ffmpeg("-i", source(work, "b.ts", 12, first=300), "-c", "copy", "-output_ts_offset", "500", late)
    return joined_ts(work, source(work, "a.ts", 12), late)


def new_size(work):
    second = work.path("second.ts")
    work.ffmpeg("-i", source(work, "b.ts", 10, size=(640, 360), first=250), "-c", "copy", "-output_ts_offset", "10", second)
    return joined_ts(work, source(work, "a.ts", 10), second)


def new_sound(work):
    second = work.path("second.ts")
    work.ffmpeg("-i", source(work, "b.ts", 10, first=250, rate=44100, channels=1), "-c", "copy", "-output_ts_offset", "10",
                second)
    return joined_ts(work, source(work, "a.ts", 10), second)


def two_programs(work):
    a, b, out = source(work, "a.ts", 12), source(work, "b.ts", 12, first=300), work.path("out.ts")
    work.ffmpeg("-i", a, "-i", b, "-map", "0", "-map", "1", "-c", "copy", "-program", "title=One:st=0:st=1", "-program",
                "title=Two:st=2:st=3", out)
    return out


def varying(work):
    noise = "noise=alls=100:allf=t:enable='lt(t,12)+gt(t,48)'"
    out = work.path("out.ts")
    work.ffmpeg("-f", "lavfi", "-i", f"testsrc=s=320x180:r=25:d=60,{noise},format=yuv420p", *work.sound(60), "-c:v", "libx264",
                "-preset", "superfast", "-crf", "20", "-g", "50", "-bf", "2", "-c:a", "aac", "-b:a", "32k", out)
    return out


def cover(work):
    whole = source(work, "whole.mp4")
    picture = work.path("cover.jpg")
    work.ffmpeg("-f", "lavfi", "-i", "color=c=red:s=300x400:d=0.04", "-frames:v", "1", picture)
    out = work.path("out.mp4")
    work.ffmpeg("-i", picture, "-i", whole, "-map", "0", "-map", "1", "-c", "copy", "-disposition:v:0", "attached_pic", out)
    return out


FILMS = [
    ("h264-edit-list.mp4", "remux", "begins 1.3 s after its first key frame", edit_list, True),
    ("h264-delayed-sound.mp4", "remux", "sound begins at 1.5 s by an empty edit", delayed_sound, False),
    ("h264-rotated.mp4", "remux", "90 degrees", rotated, False),
    ("h264-interleaved-badly.mp4", "remux", "5 s of one track, then of the other", interleaved_badly, False),
    ("h264-cover.mp4", "remux", "with a picture of the cover", cover, False),
    ("h264-gst.mkv", "remux", "by matroskamux", gst_matroska, False),
    ("h264-mkvmerge.mkv", "remux", "by mkvmerge", merged, True),
    ("h264-mp3-laced.mkv", "remux", "several frames of sound in a block", laced, False),
    ("h264-no-cues.mkv", "remux", "by mkvmerge without Cues", no_cues, False),
    ("h264-all-cues.mkv", "remux", "Cues for every key frame", iframe_cues, False),
    ("h264-attachments.mkv", "remux", "a font before the clusters", attachments, False),
    ("h264-piped.mkv", "remux", "no Cues, no duration", piped, False),
    ("h264-discontinuity.ts", "remux", "times begin anew after 12 s", discontinuity, True),
    ("h264-jump.ts", "remux", "times jump ahead", jump_ahead, False),
    ("h264-new-size.ts", "remux", "resolution changes at 10 s", new_size, True),
    ("h264-new-sound.ts", "remux", "sound changes at 10 s", new_sound, False),
    ("h264-varying.ts", "remux", "a hundred times as many bytes at the ends as in the middle", varying, False),
    ("h264-two-programs.ts", "remux", "two programs", two_programs, False),
]
