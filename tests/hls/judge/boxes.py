# SPDX-License-Identifier: LGPL-2.1-or-later
"""What lies within segments: packets of MPEG-TS, boxes of fragmented MP4, cues of WebVTT."""
import re
import struct


def ts_counters(data, last, where, complain):
    """Goes on from `last` (PID -> counter); ISO/IEC 13818-1 2.4.3.3."""
    if len(data) % 188 or not data:
        complain(where, f"{len(data)} bytes are no whole packets of MPEG-TS")
        return
    order, pmt = [], None
    for at in range(0, len(data) - 187, 188):
        if data[at] != 0x47:
            complain(where, f"no sync byte at {at}")
            return
        pid = (data[at + 1] & 0x1F) << 8 | data[at + 2]
        counter, payload, adaptation = data[at + 3] & 15, data[at + 3] & 16, data[at + 3] & 32
        if pid == 0x1FFF:
            continue
        if pid not in order and not 0x10 <= pid <= 0x1F:
            order.append(pid)
            if pid == 0:  # 2.4.4.3: the first program behind the section's header of 8 bytes
                section = at + 4 + (1 + data[at + 4] if adaptation else 0)
                section += 1 + data[section]
                pmt = (data[section + 10] & 0x1F) << 8 | data[section + 11]
        announced = adaptation and data[at + 4] and data[at + 5] & 0x80
        if pid in last and not announced and counter != ((last[pid] + 1) & 15 if payload else last[pid]):
            complain(where, f"PID {pid}: counter {counter} after {last[pid]} at byte {at}")
        last[pid] = counter
    if order[:2] != [0, pmt]:
        complain(where, "does not begin with PAT and PMT (RFC 8216 3.2)")


def boxes(data, begin=0, end=None):
    end = len(data) if end is None else end
    while begin + 8 <= end:
        size, = struct.unpack_from(">I", data, begin)
        header = 8
        if size == 1:
            size, = struct.unpack_from(">Q", data, begin + 8)
            header = 16
        size = size or end - begin
        if size < header or begin + size > end:
            return
        yield data[begin + 4:begin + 8], begin + header, begin + size
        begin += size


def timescales(init):
    found = {}
    for name, begin, end in boxes(init):
        if name != b"moov":
            continue
        for trak, first, last in boxes(init, begin, end):
            if trak != b"trak":
                continue
            track = scale = None
            for inner, a, b in boxes(init, first, last):
                if inner == b"tkhd":
                    track, = struct.unpack_from(">I", init, a + (20 if init[a] else 12))
                for deeper, c, _ in boxes(init, a, b) if inner == b"mdia" else ():
                    if deeper == b"mdhd":
                        scale, = struct.unpack_from(">I", init, c + (20 if init[c] else 12))
            found[track] = scale
    return found


def fragment_times(data, scales, state, where, complain):
    """state: track -> where its last fragment ended, "sequence" -> of the last one; ISO/IEC 14496-12 8.8.5, 8.8.12."""
    fragments = 0
    for name, begin, end in boxes(data):
        if name != b"moof":
            continue
        fragments += 1
        for inner, first, last in boxes(data, begin, end):
            if inner == b"mfhd":
                sequence, = struct.unpack_from(">I", data, first + 4)
                if sequence <= state.get("sequence", -1):
                    complain(where, f"mfhd {sequence} after {state['sequence']}")
                state["sequence"] = sequence
            if inner == b"traf":
                track_fragment(data, first, last, scales, state, where, complain)
    if not fragments:
        complain(where, "has no moof")


def track_fragment(data, begin, end, scales, state, where, complain):
    track = default = decode = None
    total = 0
    for name, at, _ in boxes(data, begin, end):
        flags = int.from_bytes(data[at + 1:at + 4], "big")
        if name == b"tfhd":
            track, = struct.unpack_from(">I", data, at + 4)
            skip = 8 + 8 * (flags & 1) + 4 * (flags >> 1 & 1)
            default = struct.unpack_from(">I", data, at + skip)[0] if flags & 8 else 0
        elif name == b"tfdt":
            decode, = struct.unpack_from(">Q" if data[at] else ">I", data, at + 4)
        elif name == b"trun":
            count, = struct.unpack_from(">I", data, at + 4)
            cursor = at + 8 + 4 * (flags & 1) + 4 * (flags >> 2 & 1)
            fields = sum(flags >> bit & 1 for bit in (8, 9, 10, 11))
            for sample in range(count):
                total += struct.unpack_from(">I", data, cursor + 4 * fields * sample)[0] if flags & 0x100 else default
    if decode is None:
        complain(where, "a traf without tfdt (RFC 8216 3.3)")
        return
    scale = scales.get(track)
    if not scale:
        complain(where, f"track {track} is not in the init segment")
    elif track in state and abs(decode - state[track]) > max(1, scale // 1000):
        complain(where, f"track {track} goes on at {decode / scale:.6f} s, the one before ended at {state[track] / scale:.6f}")
    state[track] = decode + total


CUE = re.compile(r"((?:\d+:)?\d\d:\d\d\.\d{3})[ \t]+-->[ \t]+((?:\d+:)?\d\d:\d\d\.\d{3})(.*)")


def seconds(text):
    total = 0.0
    for part in text.split(":"):
        total = total * 60 + float(part)
    return total


def cues(data, where, complain):
    """(begin, end, text) of a WebVTT segment; RFC 8216 3.5."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        complain(where, "is not UTF-8")
        return []
    if not re.match(r"\ufeff?WEBVTT[ \t\n\r]", text):
        complain(where, "does not begin with WEBVTT")
    if not re.search(r"^X-TIMESTAMP-MAP=(MPEGTS:\d+,LOCAL:[\d:.]+|LOCAL:[\d:.]+,MPEGTS:\d+)$", text.split("\n\n")[0], re.M):
        complain(where, "has no X-TIMESTAMP-MAP (RFC 8216 3.5)")
    found = []
    for block in re.split(r"\n\n+", text.replace("\r\n", "\n"))[1:]:
        lines = block.strip("\n").split("\n")
        timing = next((n for n, line in enumerate(lines) if "-->" in line), None)
        if timing is None:
            continue
        match = CUE.fullmatch(lines[timing])
        if not match or timing > 1:
            complain(where, f"is no cue: {block!r}")
            continue
        begin, end = seconds(match.group(1)), seconds(match.group(2))
        if end <= begin:
            complain(where, f"a cue ends before it begins: {lines[timing]}")
        found.append((begin, end, "\n".join(lines[timing + 1:])))
    return found
