# SPDX-License-Identifier: LGPL-2.1-or-later
"""CODECS, RESOLUTION, FRAME-RATE and BANDWIDTH of a variant stream against what is in it (RFC 6381; RFC 8216 4.3.4.2)."""
from judge.playlists import plain

NAMES = {"avc1": "h264", "avc3": "h264", "hvc1": "hevc", "hev1": "hevc", "av01": "av1", "vp09": "vp9", "ac-3": "ac3",
         "ec-3": "eac3", "opus": "opus", "fLaC": "flac", "flac": "flac", "alac": "alac"}


def name_of(codec):
    if codec == "mp4a.40.33":
        return "mp2"
    if codec.startswith("mp4a."):
        return "mp3" if codec in ("mp4a.40.34", "mp4a.69", "mp4a.6b", "mp4a.6B") else "aac"
    return NAMES.get(codec.split(".")[0], codec)


def same_shape(width, height, video):
    """As coded, as shown with its pixels' aspect ratio, or either of them turned by 90 degrees."""
    across, _, up = video.get("sample_aspect_ratio", "1:1").partition(":")
    aspect = int(across) / int(up) if across.isdigit() and up.isdigit() and int(across) and int(up) else 1.0
    shown = video["width"] * aspect
    return any(abs(w - a) <= 2 and abs(h - b) <= 2
               for w, h in ((width, height), (height, width))
               for a, b in ((video["width"], video["height"]), (shown, video["height"]), (video["width"], video["height"] / aspect)))


def check(stream, found, url, complain):
    """`found`: streams by ffprobe, of the variant and of the renditions that it may be played with."""
    said = [codec.strip() for codec in plain(stream.get("CODECS", "")).split(",") if codec.strip()]
    names = {name_of(codec) for codec in said}
    real = {s["codec_name"] for s in found if s["codec_type"] in ("video", "audio")}
    if names - {"wvtt"} != real:
        complain(url, f"CODECS says {sorted(names)}, it holds {sorted(real)}")
    for video in (s for s in found if s["codec_type"] == "video"):
        for codec in said:
            parts = codec.split(".")
            if parts[0] == "avc1" and len(parts) == 2 and video["codec_name"] == "h264":
                if int(parts[1][4:6], 16) != video.get("level"):
                    complain(url, f"{codec} says level {int(parts[1][4:6], 16)}, it is {video.get('level')}")
            if parts[0] in ("hvc1", "hev1") and video["codec_name"] == "hevc":
                levels = [int(p[1:]) for p in parts if p[:1] in "LH" and p[1:].isdigit()]
                if levels != [video.get("level")]:
                    complain(url, f"{codec}: the level is {video.get('level')}")
        if "RESOLUTION" in stream:
            width, height = map(int, stream["RESOLUTION"].split("x"))
            if not same_shape(width, height, video):
                complain(url, f"RESOLUTION {stream['RESOLUTION']}, it is {video['width']}x{video['height']}, pixels "
                              f"{video.get('sample_aspect_ratio', '1:1')}")
        if "FRAME-RATE" in stream and "/" in video.get("avg_frame_rate", ""):
            # The largest of all (RFC 8216 4.3.4.2); a short segment tells it only roughly.
            rates = [int(up) / int(down) for up, _, down in (video[name].partition("/") for name in
                                                             ("avg_frame_rate", "r_frame_rate")) if int(down or 0)]
            said = float(stream["FRAME-RATE"])
            if rates and not min(rates) * 0.9 <= said <= max(rates) * 1.1:
                complain(url, f"FRAME-RATE {said}, it is {rates[0]:.3f}")


def check_rate(stream, video, renditions, target, url, complain):
    """BANDWIDTH bounds every stretch of 0.5 to 1.5 target durations."""
    peak = sum(max((rate for rate, length in one.rates if length >= target / 2), default=0)
               for one in (video, *sorted(renditions, key=lambda r: -r.average)[:1]))
    if stream.get("BANDWIDTH", "").isdigit() and int(stream["BANDWIDTH"]) < peak * 0.999:
        complain(url, f"BANDWIDTH {stream['BANDWIDTH']}, but there are {peak:.0f} bits/s")
