# SPDX-License-Identifier: LGPL-2.1-or-later
"""RFC 8216: reads playlists and says what is against the rules."""
import dataclasses
import re

ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"\r\n]*"|[^,"\s]+)(?:,|$)')
MASTER_ONLY = {"EXT-X-MEDIA", "EXT-X-STREAM-INF", "EXT-X-I-FRAME-STREAM-INF", "EXT-X-SESSION-DATA", "EXT-X-SESSION-KEY"}
MEDIA_ONLY = {"EXTINF", "EXT-X-TARGETDURATION", "EXT-X-MEDIA-SEQUENCE", "EXT-X-ENDLIST", "EXT-X-PLAYLIST-TYPE", "EXT-X-MAP",
              "EXT-X-DISCONTINUITY", "EXT-X-BYTERANGE", "EXT-X-I-FRAMES-ONLY", "EXT-X-KEY", "EXT-X-DISCONTINUITY-SEQUENCE"}
ONCE = {"EXT-X-VERSION", "EXT-X-TARGETDURATION", "EXT-X-MEDIA-SEQUENCE", "EXT-X-ENDLIST", "EXT-X-PLAYLIST-TYPE",
        "EXT-X-INDEPENDENT-SEGMENTS", "EXT-X-I-FRAMES-ONLY"}


@dataclasses.dataclass
class Segment:
    uri: str
    duration: float
    map: str = None
    byterange: tuple = None  # (length, offset)
    discontinuity: bool = False


@dataclasses.dataclass
class Playlist:
    url: str
    is_master: bool = False
    version: int = 1
    target: int = 0
    segments: list = dataclasses.field(default_factory=list)
    variants: list = dataclasses.field(default_factory=list)  # attributes, with URI
    iframes: list = dataclasses.field(default_factory=list)
    media: list = dataclasses.field(default_factory=list)
    iframes_only: bool = False
    independent: bool = False


def attributes_of(text, where, complain):
    found, at = {}, 0
    while at < len(text):
        match = ATTRIBUTE.match(text, at)
        if not match:
            complain(where, f"is no attribute list: {text!r} (4.2)")
            break
        if match.group(1) in found:
            complain(where, f"{match.group(1)} twice in {text!r} (4.2)")
        found[match.group(1)] = match.group(2)
        at = match.end()
    return found


def plain(value):
    return value[1:-1] if value and value.startswith('"') else value


def number(text, where, what, complain):
    try:
        return float(text)
    except ValueError:
        complain(where, f"{what} is no number: {text!r}")
        return 0.0


def read(url, text, complain):
    playlist = Playlist(url)
    if not text.startswith("#EXTM3U"):
        complain(url, "does not begin with #EXTM3U (4.3.1.1)")
    seen, duration, stream, map_uri, brk, byterange, after, floats, ended = [], None, None, None, False, None, 0, False, False
    for line in text.splitlines():
        if not line.strip():
            continue
        if line.startswith("#"):
            if not line.startswith("#EXT"):
                continue
            tag, _, value = line[1:].partition(":")
            if tag in ONCE and tag in seen:
                complain(url, f"{tag} twice")
            seen.append(tag)
            if tag == "EXT-X-VERSION":
                playlist.version = int(number(value, url, tag, complain))
            elif tag == "EXT-X-TARGETDURATION":
                if not value.isdigit():
                    complain(url, f"{tag} is no whole number: {value!r} (4.3.3.1)")
                playlist.target = number(value, url, tag, complain)
            elif tag == "EXT-X-MEDIA-SEQUENCE" and playlist.segments:
                complain(url, f"{tag} after the first segment (4.3.3.2)")
            elif tag == "EXTINF":
                length = value.split(",")[0]
                floats = floats or "." in length
                if "," not in value:
                    complain(url, f"no comma in #EXTINF:{value} (4.3.2.1)")
                duration = number(length, url, tag, complain)
            elif tag == "EXT-X-BYTERANGE":
                size, _, offset = value.partition("@")
                byterange = (int(size), int(offset) if offset else after)
                after = sum(byterange)
            elif tag == "EXT-X-MAP":
                map_uri = plain(attributes_of(value, url, complain).get("URI"))
                if not map_uri:
                    complain(url, "EXT-X-MAP without URI (4.3.2.5)")
            elif tag == "EXT-X-DISCONTINUITY":
                brk = True
            elif tag == "EXT-X-STREAM-INF":
                stream = attributes_of(value, url, complain)
            elif tag == "EXT-X-I-FRAME-STREAM-INF":
                playlist.iframes.append(attributes_of(value, url, complain))
            elif tag == "EXT-X-MEDIA":
                playlist.media.append(attributes_of(value, url, complain))
            elif tag == "EXT-X-ENDLIST":
                ended = True
            playlist.iframes_only |= tag == "EXT-X-I-FRAMES-ONLY"
            playlist.independent |= tag == "EXT-X-INDEPENDENT-SEGMENTS"
            continue
        if stream is not None:
            playlist.variants.append({**stream, "URI": f'"{line}"'})
            stream = None
        elif duration is not None:
            playlist.segments.append(Segment(line, duration, map_uri, byterange, brk))
            duration, byterange, brk = None, None, False
        else:
            complain(url, f"{line} has no EXTINF (4.3.2.1)")
    playlist.is_master = bool(set(seen) & MASTER_ONLY)
    if playlist.is_master and set(seen) & MEDIA_ONLY:
        complain(url, f"master and media tags together: {sorted(set(seen) & MEDIA_ONLY)} (4.3)")
    if stream is not None or duration is not None:
        complain(url, "ends with a tag whose URI is missing")
    (check_master if playlist.is_master else check_media)(playlist, seen, floats, ended, complain)
    return playlist


def check_media(playlist, seen, floats, ended, complain):
    url = playlist.url
    if "EXT-X-TARGETDURATION" not in seen:
        complain(url, "no EXT-X-TARGETDURATION (4.3.3.1)")
    for segment in playlist.segments:
        if int(segment.duration + 0.5) > playlist.target:
            complain(url, f"{segment.uri} has {segment.duration} s, more than the target duration {playlist.target} (4.3.3.1)")
        if segment.duration <= 0:
            complain(url, f"{segment.uri} has no duration")
    needed = max(3 if floats else 1, 4 if playlist.iframes_only or "EXT-X-BYTERANGE" in seen else 1,
                 1 if "EXT-X-MAP" not in seen else 5 if playlist.iframes_only else 6)
    if playlist.version < needed:
        complain(url, f"version {playlist.version}, but its tags are of {needed} (7)")
    if not playlist.segments:
        complain(url, "has no segments")
    if not ended:
        complain(url, "no EXT-X-ENDLIST: not complete, not VOD (4.3.3.4)")
    uris = [(s.uri, s.byterange) for s in playlist.segments]
    if len(set(uris)) != len(uris):
        complain(url, "the same segment twice")


def check_master(playlist, seen, _floats, _ended, complain):
    url, groups = playlist.url, {}
    for media in playlist.media:
        kind, group, name = media.get("TYPE"), plain(media.get("GROUP-ID")), plain(media.get("NAME"))
        if kind not in ("AUDIO", "VIDEO", "SUBTITLES", "CLOSED-CAPTIONS") or not group or not name:
            complain(url, f"EXT-X-MEDIA needs TYPE, GROUP-ID and NAME: {media} (4.3.4.1)")
        if kind == "SUBTITLES" and "URI" not in media:
            complain(url, f"subtitles {name} without URI (4.3.4.1)")
        if "FORCED" in media and kind != "SUBTITLES":
            complain(url, f"FORCED is for subtitles only: {name} (4.3.4.1)")
        if media.get("DEFAULT") == "YES" and media.get("AUTOSELECT") == "NO":
            complain(url, f"{name} is DEFAULT, but not to be chosen (4.3.4.1)")
        groups.setdefault((kind, group), []).append(media)
    for (kind, group), members in groups.items():
        names = [m.get("NAME") for m in members]
        if len(set(names)) != len(names):
            complain(url, f"two of {kind} {group} have one NAME (4.3.4.1.1)")
        if sum(m.get("DEFAULT") == "YES" for m in members) > 1:
            complain(url, f"more than one DEFAULT in {kind} {group} (4.3.4.1.1)")
    for stream in playlist.variants + playlist.iframes:
        if not stream.get("BANDWIDTH", "").isdigit():
            complain(url, f"no BANDWIDTH: {stream} (4.3.4.2)")
        elif stream.get("AVERAGE-BANDWIDTH", "0").isdigit():
            if int(stream.get("AVERAGE-BANDWIDTH", "0")) > int(stream["BANDWIDTH"]):
                complain(url, "AVERAGE-BANDWIDTH exceeds BANDWIDTH")
        if "CODECS" not in stream:
            complain(url, f"no CODECS: {stream} (4.3.4.2)")
        for kind in ("AUDIO", "SUBTITLES"):
            if kind in stream and (kind, plain(stream[kind])) not in groups:
                complain(url, f"there is no group {stream[kind]} of {kind} (4.3.4.2)")
    if not playlist.variants:
        complain(url, "has no variant streams")
    if "EXT-X-INDEPENDENT-SEGMENTS" in seen:
        playlist.independent = True
