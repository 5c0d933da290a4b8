# SPDX-License-Identifier: LGPL-2.1-or-later
"""All films there are, by name."""
import dataclasses
import typing

import bad
import found
import odd
import rare
import shapes
from toolbox import HEIGHT, WIDTH
import words


@dataclasses.dataclass
class Film:
    name: str
    kind: str  # remux, sound: plays; transcode: 415 without transcode=video; text: beside a film; bad: an error, or play
    what: str
    recipe: typing.Callable
    half: bool = False


X264 = ["-c:v", "libx264", "-preset", "veryfast", "-b:v", "300k", "-g", "50", "-pix_fmt", "yuv420p"]
VIDEO = {
    "h264": X264,
    "h264-nob": [*X264, "-bf", "0"],
    "h264-open": [*X264, "-x264-params", "open-gop=1:bframes=3:b-pyramid=normal:scenecut=0"],
    "h264-10": ["-c:v", "libx264", "-preset", "veryfast", "-b:v", "300k", "-g", "50", "-pix_fmt", "yuv420p10le"],
    "h264-interlaced": [*X264, "-flags", "+ildct+ilme", "-x264-params", "tff=1"],
    "h264-intra-refresh": [*X264, "-x264-params", "intra-refresh=1:keyint=50:bframes=0"],
    "h264-sparse": ["-c:v", "libx264", "-preset", "veryfast", "-b:v", "200k", "-g", "100000", "-pix_fmt", "yuv420p",
                    "-sc_threshold", "0"],
    "hevc": ["-c:v", "libx265", "-preset", "ultrafast", "-b:v", "300k", "-pix_fmt", "yuv420p", "-x265-params",
             "keyint=50:open-gop=0:log-level=error"],
    "hevc-open": ["-c:v", "libx265", "-preset", "veryfast", "-b:v", "300k", "-pix_fmt", "yuv420p", "-x265-params",
                  "keyint=50:open-gop=1:bframes=3:log-level=error"],
    "hevc-10": ["-c:v", "libx265", "-preset", "ultrafast", "-b:v", "300k", "-pix_fmt", "yuv420p10le", "-x265-params",
                "keyint=50:open-gop=0:log-level=error:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:hdr10=1",
                "-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc"],
    "vp8": ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "300k", "-g", "50"],
    "vp9": ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "300k", "-g", "50"],
    "av1": ["-c:v", "libaom-av1", "-usage", "realtime", "-cpu-used", "8", "-b:v", "300k", "-g", "50"],
    "mpeg2": ["-c:v", "mpeg2video", "-b:v", "800k", "-g", "12", "-bf", "2"],
    "mpeg4": ["-c:v", "mpeg4", "-b:v", "500k", "-g", "50", "-bf", "2"],
    "mpeg4-nob": ["-c:v", "mpeg4", "-b:v", "500k", "-g", "50"],
    "wmv2": ["-c:v", "wmv2", "-b:v", "500k", "-g", "50"],
    "theora": ["-c:v", "libtheora", "-b:v", "500k", "-g", "50"],
    "mjpeg": ["-c:v", "mjpeg", "-q:v", "8", "-pix_fmt", "yuvj420p"],
}
AUDIO = {
    "aac": ["-c:a", "aac", "-b:a", "96k"],
    "mp3": ["-c:a", "libmp3lame", "-b:a", "96k"],
    "mp3-vbr": ["-c:a", "libmp3lame", "-q:a", "5"],
    "mp2": ["-c:a", "mp2", "-b:a", "128k"],
    "ac3": ["-c:a", "ac3", "-b:a", "192k"],
    "eac3": ["-c:a", "eac3", "-b:a", "192k"],
    "dts": ["-c:a", "dca", "-strict", "-2", "-b:a", "768k"],
    "truehd": ["-c:a", "truehd", "-strict", "-2"],
    "opus": ["-c:a", "libopus", "-b:a", "96k"],
    "vorbis": ["-c:a", "libvorbis", "-b:a", "96k"],
    "flac": ["-c:a", "flac", "-strict", "-2"],
    "alac": ["-c:a", "alac"],
    "pcm": ["-c:a", "pcm_s16le"],
    "pcm24": ["-c:a", "pcm_s24le"],
    "wma": ["-c:a", "wmav2", "-b:a", "96k"],
}


def coded(name, video, audio, muxer=(), seconds=20, fps="25", size=(WIDTH, HEIGHT), rate=48000, channels=2,
          sound_seconds=None, filters=()):
    """A recipe: one picture and one sound track (or None)."""
    def recipe(work):
        out = work.path(name)
        arguments = []
        if video:
            arguments += work.picture(seconds, fps, size)
        if audio:
            arguments += work.sound(sound_seconds or seconds, rate, channels)
        if video:
            arguments += [*filters, *VIDEO[video]]
        if audio:
            arguments += [*AUDIO[audio], "-ac", str(channels)]
        work.ffmpeg(*arguments, *muxer, "-flags", "+bitexact", out)
        return out
    return recipe


FRAGMENTED = "+frag_keyframe+empty_moov+default_base_moof"


def mp4():
    def film(name, what, video, audio, flags=None, half=False, kind="remux", **more):
        muxer = [*(["-movflags", flags] if flags else []), *more.pop("muxer", [])]
        return Film(name, kind, what, coded(name, video, audio, muxer, **more), half)
    return [
        film("h264-aac.mp4", "moov last, B-frames", "h264", "aac", half=True),
        film("h264-aac-faststart.mp4", "moov first", "h264", "aac", "+faststart", half=True),
        film("h264-fragmented.mp4", "moof and mdat", "h264", "aac", FRAGMENTED, half=True),
        film("h264-fragmented-sidx.mp4", "with an index of the fragments", "h264", "aac", FRAGMENTED + "+global_sidx+dash"),
        film("h264-open-gop.mp4", "leading pictures refer to the GOP before", "h264-open", "aac", half=True),
        film("h264-no-b.mp4", "no B-frames", "h264-nob", "aac"),
        film("h264-vfr.mp4", "frames missing now and then", "h264", "aac", half=True, muxer=["-vsync", "vfr"],
             filters=["-vf", "select='lt(mod(n\\,17)\\,11)+eq(mod(n\\,3)\\,0)'"]),
        film("h264-negative-ctts.mp4", "ctts version 1", "h264", "aac", "+negative_cts_offsets"),
        film("h264-64bit-times.mp4", "mdhd, tkhd version 1", "h264", "aac", muxer=["-video_track_timescale", "1000000000"]),
        film("h264-ntsc.mp4", "30000/1001", "h264", "aac", fps="30000/1001"),
        film("h264-60.mp4", "60 frames a second", "h264", "aac", fps="60", seconds=10),
        film("h264-interlaced.mp4", "MBAFF, top field first", "h264-interlaced", "aac"),
        film("h264-intra-refresh.mp4", "no IDR but the first", "h264-intra-refresh", "aac"),
        film("h264-10bit.mp4", "High 10", "h264-10", "aac"),
        film("h264-one-key-frame.mp4", "no second key frame for 40 s", "h264-sparse", "aac", seconds=40, half=True),
        film("h264-sound-ends-early.mp4", "8 of 20 s have sound", "h264", "aac", sound_seconds=8, half=True),
        film("h264-silent.mp4", "no sound track", "h264", None),
        film("h264-anamorphic.mp4", "pixels 4:3", "h264", "aac", filters=["-vf", "setsar=4/3"]),
        film("h264-aac-441.mp4", "44.1 kHz", "h264", "aac", rate=44100),
        film("h264-aac-mono.mp4", "mono, 22.05 kHz", "h264", "aac", rate=22050, channels=1),
        film("h264-aac-51.mp4", "5.1", "h264", "aac", channels=6),
        film("h264-mp3.mp4", "", "h264", "mp3"),
        film("h264-ac3.mp4", "5.1", "h264", "ac3", channels=6),
        film("h264-eac3.mp4", "", "h264", "eac3"),
        film("h264-flac.mp4", "", "h264", "flac"),
        film("h264-opus.mp4", "", "h264", "opus"),
        film("hevc-aac.mp4", "hvc1", "hevc", "aac", muxer=["-tag:v", "hvc1"], half=True),
        film("hevc-hev1.mp4", "hev1", "hevc", "aac", muxer=["-tag:v", "hev1"]),
        film("hevc-open-gop.mp4", "RASL pictures", "hevc-open", "aac", muxer=["-tag:v", "hvc1"]),
        film("hevc-10bit-hdr.mp4", "Main 10, PQ", "hevc-10", "aac", muxer=["-tag:v", "hvc1"]),
        film("vp9-opus.mp4", "", "vp9", "opus"),
        film("av1-aac.mp4", "the decoder needs av1C", "av1", "aac", half=True, seconds=10),
        film("h264-pcm.mov", "QuickTime", "h264", "pcm", half=True),
        film("h264-alac.mov", "QuickTime", "h264", "alac"),
        film("h264-aac.m4v", "", "h264", "aac", muxer=["-f", "mp4"]),
        film("mpeg4-aac.mp4", "MPEG-4 part 2", "mpeg4", "aac", kind="transcode"),
        film("mjpeg-pcm.mov", "a camera", "mjpeg", "pcm", kind="transcode", seconds=10),
    ]


def mkv():
    films = []

    def film(name, what, video, audio, muxer=(), half=False, kind="remux", **more):
        films.append(Film(name, kind, what, coded(name, video, audio, list(muxer), **more), half))
    film("h264-aac.mkv", "Cues last", "h264", "aac", half=True)
    film("h264-aac-cues-first.mkv", "", "h264", "aac", ["-cues_to_front", "1"])
    film("h264-aac-live.mkv", "unknown sizes, no Cues", "h264", "aac", ["-live", "1"], half=True)
    film("h264-open-gop.mkv", "", "h264-open", "aac")
    film("hevc-aac.mkv", "", "hevc", "aac")
    film("hevc-open-gop.mkv", "CRA and RASL pictures", "hevc-open", "aac")
    film("h264-film.mkv", "24000/1001", "h264", "aac", fps="24000/1001")
    film("h264-opus-51.mkv", "5.1", "h264", "opus", channels=6)
    film("hevc-10bit-hdr.mkv", "Main 10, PQ", "hevc-10", "aac")
    film("vp9-opus.mkv", "", "vp9", "opus")
    film("av1-opus.mkv", "", "av1", "opus", seconds=10)
    for sound in ("mp3", "mp2", "eac3", "truehd", "opus", "vorbis", "flac", "pcm", "pcm24"):
        film(f"h264-{sound}.mkv", "", "h264", sound)
    film("h264-ac3.mkv", "5.1", "h264", "ac3", channels=6, half=True)
    film("h264-dts.mkv", "5.1", "h264", "dts", channels=6, half=True)
    film("vp8-vorbis.webm", "VP8: no HLS", "vp8", "vorbis", kind="transcode")
    film("vp9-opus.webm", "", "vp9", "opus", half=True)
    film("av1-opus.webm", "", "av1", "opus", seconds=10)
    film("mpeg2-ac3.mkv", "", "mpeg2", "ac3", kind="transcode")
    return films


def others():
    films = []

    def film(name, what, video, audio, muxer=(), half=False, kind="remux", **more):
        films.append(Film(name, kind, what, coded(name, video, audio, list(muxer), **more), half))
    film("h264-aac.ts", "", "h264", "aac", half=True)
    film("h264-aac-hour.ts", "begins at an hour", "h264", "aac", ["-output_ts_offset", "3600"])
    # 2^33 / 90000 = 95443.7 s.
    film("h264-aac-wrap.ts", "PCR and PTS wrap after 10 s", "h264", "aac", ["-output_ts_offset", "95433"], half=True)
    film("h264-open-gop.ts", "", "h264-open", "aac")
    film("h264-ac3.ts", "", "h264", "ac3")
    film("h264-mp2.ts", "broadcast", "h264", "mp2")
    film("hevc-aac.ts", "", "hevc", "aac")
    film("hevc-open-gop.ts", "CRA and RASL pictures", "hevc-open", "aac")
    film("h264-interlaced.ts", "MBAFF", "h264-interlaced", "mp2")
    film("h264-5994.ts", "60000/1001", "h264", "aac", fps="60000/1001", seconds=12)
    film("h264-aac.m2ts", "packets of 192 bytes", "h264", "ac3", ["-mpegts_m2ts_mode", "1", "-f", "mpegts"])
    film("mpeg2-mp2.ts", "", "mpeg2", "mp2", kind="transcode")
    film("h264-mp3.avi", "no B-frames", "h264-nob", "mp3", half=True)
    film("h264-mp3-vbr.avi", "", "h264-nob", "mp3-vbr")
    film("h264-b-frames.avi", "no time stamps for its pictures", "h264", "mp3", kind="transcode")
    film("mpeg4-mp3.avi", "", "mpeg4-nob", "mp3", kind="transcode", half=True)
    film("h264-pcm.avi", "", "h264-nob", "pcm")
    film("h264-aac.flv", "no list of key frames", "h264", "aac", half=True)
    film("h264-aac-list.flv", "with a list of key frames", "h264", "aac", ["-flvflags", "+add_keyframe_index"], half=True)
    film("theora-vorbis.ogv", "", "theora", "vorbis", kind="transcode")
    film("mpeg2-mp2.mpg", "program stream", "mpeg2", "mp2", ["-f", "mpeg"], kind="transcode", half=True)
    film("mpeg2-ac3.vob", "DVD", "mpeg2", "ac3", ["-f", "vob"], kind="transcode")
    film("wmv2-wma.wmv", "", "wmv2", "wma", kind="transcode", half=True)
    return films


def sound():
    def film(name, what, audio, muxer=(), half=False, **more):
        return Film(name, "sound", what, coded(name, None, audio, list(muxer), **more), half)
    return [
        film("sound.mp3", "", "mp3", half=True, rate=44100),
        film("sound-vbr.mp3", "", "mp3-vbr"),
        film("sound.m4a", "", "aac", half=True),
        film("sound-alac.m4a", "", "alac"),
        film("sound.aac", "ADTS", "aac", ["-f", "adts"]),
        film("sound.flac", "", "flac", half=True),
        film("sound-24.flac", "96 kHz", "flac", rate=96000),
        film("sound.ogg", "Vorbis", "vorbis", half=True),
        film("sound.opus", "", "opus"),
        film("sound.wav", "", "pcm", half=True),
        film("sound.ac3", "5.1", "ac3", channels=6),
        film("sound.eac3", "", "eac3", ["-f", "eac3"]),
        film("sound.mka", "", "opus", ["-f", "matroska"]),
        film("sound.wma", "", "wma", ["-f", "asf"]),
    ]


def films():
    special = [Film(*row) for module in (odd, shapes, rare, found, words, bad) for row in module.FILMS]
    return [*mp4(), *mkv(), *others(), *sound(), *special]
