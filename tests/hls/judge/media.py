# SPDX-License-Identifier: LGPL-2.1-or-later
"""A media playlist with all its segments: durations, joints, codecs."""
import dataclasses

from judge import boxes, streams
from judge.loading import resolve


# Seconds: what decoders need to begin with, and an edit list cuts off; 2112 samples are usual (ISO/IEC 14496-24).
PRIMING = 2112 / 44100


@dataclasses.dataclass
class Judgement:
    """What was found of a media playlist."""
    streams: list = dataclasses.field(default_factory=list)
    rates: list = dataclasses.field(default_factory=list)  # bits/s of each segment
    average: float = 0.0
    packets: list = dataclasses.field(default_factory=list)  # of each segment
    text: bool = False


def piece(loader, base, segment):
    data = loader.get(resolve(base, segment.uri))
    if segment.byterange:
        length, offset = segment.byterange
        data = data[offset:offset + length]
    return data


def judge(playlist, loader, options, complain):
    found = Judgement()
    urls = [resolve(playlist.url, s.uri) for s in playlist.segments]
    if urls and urls[0].split("?")[0].endswith((".vtt", ".webvtt")):
        found.text = True
        judge_text(playlist, loader, urls, complain)
        return found
    counters, fragments, scales, size = {}, {}, {}, 0
    for segment, url in zip(playlist.segments, urls):
        try:
            data = piece(loader, playlist.url, segment)
        except OSError as error:
            complain(url, f"can't be had: {error}")
            return found
        size += len(data)
        found.rates.append((len(data) * 8 / segment.duration if segment.duration else 0, segment.duration))
        init = loader.get(resolve(playlist.url, segment.map)) if segment.map else b""
        if segment.discontinuity:
            counters, fragments = {}, {}
        if not playlist.iframes_only:
            if init:
                scales = scales or boxes.timescales(init)
                boxes.fragment_times(data, scales, fragments, url, complain)
            elif data[:1] == b"\x47":
                boxes.ts_counters(data, counters, url, complain)
        found.streams = found.streams or streams.streams(init + data)
        found.packets.append(streams.packets(init + data))
        if not found.packets[-1]:
            complain(url, "holds nothing that ffprobe could read")
        elif not options.open_gop:
            streams.decodes_alone(init + data, url, complain)
        begins_with_key(found, url, complain)
    if not playlist.iframes_only:
        judge_durations(playlist, found, urls, options, complain)
    total = sum(s.duration for s in playlist.segments)
    found.average = size * 8 / total if total else 0
    return found


def leading(found):
    """Index of the stream that durations are of: the picture, else the sound."""
    kinds = {s["index"]: s["codec_type"] for s in found.streams}
    return next((i for kind in ("video", "audio") for i, k in kinds.items() if k == kind), None)


def begins_with_key(found, url, complain):
    kinds = {s["index"]: s["codec_type"] for s in found.streams}
    for index, listed in found.packets[-1].items():
        if kinds.get(index) == "video" and listed and not listed[0][2]:
            complain(url, "does not begin with a key frame")


def judge_durations(playlist, found, urls, options, complain):
    lead = leading(found)
    kind = next((s["codec_type"] for s in found.streams if s["index"] == lead), None)
    # Key frames open segments: the first packet. Sound of its own is cut at whole frames.
    begins = [listed[lead][0][0] if listed.get(lead) else None for listed in found.packets]
    if None in begins:
        complain(playlist.url, f"segment {begins.index(None)} has no {kind}")
        return
    # ffprobe tells no durations of FLAC.
    steps = [b - a for listed in found.packets for (a, _, _), (b, _, _) in zip(listed[lead], listed[lead][1:])]
    frame = max([d for listed in found.packets for _, d, _ in listed[lead]] + (steps if kind == "audio" else [0]))
    allowed = options.tolerance if kind == "video" else frame + options.tolerance
    drift = 0.0
    for number, segment in enumerate(playlist.segments):
        if number + 1 < len(begins):
            if playlist.segments[number + 1].discontinuity:
                continue
            real = begins[number + 1] - begins[number]
        else:
            real = max(at + (length or frame) for at, length, _ in found.packets[-1][lead]) - begins[-1]
        if options.nominal:
            continue
        off = real - segment.duration
        if kind == "audio" and number == 0 and off > 0:
            off = max(off - PRIMING, 0.0)  # it begins before the picture does
        if kind == "audio" and number in (0, len(begins) - 1) and options.uneven:
            off = max(off, 0.0)  # it may begin after the picture, and end before it
        if abs(off) > (allowed if number + 1 < len(begins) else max(allowed, 0.05)):
            complain(urls[number], f"lasts {real:.4f} s, EXTINF says {segment.duration}")
        drift += off
    if abs(drift) > max(0.1, allowed) and not options.nominal:
        complain(playlist.url, f"all EXTINF together are {drift:.3f} s off")


def judge_text(playlist, loader, urls, complain):
    begin, seen = 0.0, []
    for segment, url in zip(playlist.segments, urls):
        found = boxes.cues(loader.get(url), url, complain)
        if [c[:2] for c in found] != sorted(c[:2] for c in found):
            complain(url, "its cues are not in order")
        # Where the film begins is not known here: what lies in one place must lie in its neighbours, too.
        seen.append((begin, begin + segment.duration, set(found)))
        begin += segment.duration
    for (_, _, cues), (_, _, later), url in zip(seen, seen[1:], urls[1:]):
        next_begin = min((c[0] for c in later - cues), default=None)
        for cue in cues - later:
            if next_begin is not None and cue[1] > next_begin + 60:
                complain(url, f"misses a cue that lasts until {cue[1]} s: {cue[2]!r}")
