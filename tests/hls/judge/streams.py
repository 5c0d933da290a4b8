# SPDX-License-Identifier: LGPL-2.1-or-later
"""What ffmpeg and ffprobe make of segments, playlists and films."""
import json
import re
import shutil
import subprocess
import tempfile

CLOCK = 90000  # times are compared in its ticks
SILENCE = 15  # packets: what is shorter is none


def run(*command, data=None):
    if shutil.which(command[0]) is None:
        raise SystemExit(f"{command[0]} is missing: see examples/packages/test.txt")
    return subprocess.run(command, input=data, capture_output=True, timeout=600, check=False,
                          **({} if data is not None else {"stdin": subprocess.DEVNULL}))


def probe(data, *what):
    """ffprobe's JSON of bytes in memory; by a file, since some demuxers seek."""
    with tempfile.NamedTemporaryFile(suffix=".bin") as file:
        file.write(data)
        file.flush()
        ran = run("ffprobe", "-v", "error", "-of", "json", *what, file.name)
    return json.loads(ran.stdout or b"{}")


def stamp(data):
    """Seconds in the ID3 tag that packed audio begins with (RFC 8216 3.4); ffprobe doesn't know it."""
    owner = b"com.apple.streaming.transportStreamTimestamp\0"
    at = data.find(owner, 0, 1024) + len(owner) if data[:3] == b"ID3" else 0
    return int.from_bytes(data[at:at + 8], "big") / CLOCK if at >= len(owner) else None


def packets(data):
    """stream index -> [(pts, duration, key)] in seconds, in file order."""
    found = {}
    for packet in probe(data, "-show_entries", "packet=stream_index,pts_time,duration_time,flags").get("packets", []):
        if "pts_time" in packet:
            found.setdefault(packet["stream_index"], []).append(
                (float(packet["pts_time"]), float(packet.get("duration_time", 0)), "K" in packet["flags"]))
    if (begin := stamp(data)) is not None:
        found = {stream: [(begin + at - listed[0][0], length, key) for at, length, key in listed]
                 for stream, listed in found.items()}
    return found


def streams(data):
    return probe(data, "-show_streams").get("streams", [])


def decodes_alone(data, where, complain):
    with tempfile.NamedTemporaryFile(suffix=".bin") as file:
        file.write(data)
        file.flush()
        ran = run("ffmpeg", "-nostdin", "-v", "error", "-i", file.name, "-map", "0", "-f", "null", "-")
    told = ran.stderr.decode("utf-8", "replace").strip()
    if ran.returncode or told:
        complain(where, f"does not decode alone: {told.splitlines()[0] if told else ran.returncode}")


def hashes(url, which, before=(), after=()):
    """[(seconds, md5)] by framemd5, and what ffmpeg complained of. `which`: "v:0", "a:1"."""
    ran = run("ffmpeg", "-nostdin", "-v", "error", "-copyts", "-noautorotate", *before, "-i", url, "-map", f"0:{which}",
              *after, "-f", "framemd5", "-")
    found, base = [], 1 / CLOCK
    for line in ran.stdout.decode().splitlines():
        match = re.match(r"#tb \d+: (\d+)/(\d+)", line)
        if match:
            base = int(match.group(1)) / int(match.group(2))
        if line and not line.startswith("#"):
            fields = [field.strip() for field in line.split(",")]
            found.append((int(fields[2]) * base, fields[5]))
    return found, ran.stderr.decode("utf-8", "replace").strip()


def seen(frames):
    """Without those that the next one takes the place of at once."""
    return [frame for frame, later in zip(frames, [*frames[1:], None]) if later is None or later[0] - frame[0] > 0.0005]


def pictures(url):
    return hashes(url, "v:0", after=("-vsync", "passthrough", "-enc_time_base:v", f"1:{CLOCK}"))


def sounds(url, number):
    """Packets as they are, without ADTS headers."""
    probed = run("ffprobe", "-v", "error", "-select_streams", f"a:{number}", "-show_entries",
                 "stream=codec_name:format=format_name", "-of", "json", url)
    told = json.loads(probed.stdout or b"{}")
    codec = (told.get("streams") or [{}])[0].get("codec_name")
    form = told.get("format", {}).get("format_name", "")
    # An edit list hides packets from ffmpeg; what is compared is what was coded.
    before = ("-ignore_editlist", "1") if "mov" in form else ()
    after = ("-c", "copy", *(("-bsf:a", "aac_adtstoasc") if codec == "aac" and "mov" not in form else ()))
    return codec, hashes(url, f"a:{number}", before, after)[0]


def compare_pictures(playlist, source, shift, complain):
    """All of the source's frames, at their times + shift (None: whatever the first one's is)."""
    ours, told = pictures(playlist)
    ours = seen(ours)
    theirs, _ = pictures(source)
    if re.search(r"corrupt|[Ee]rror|[Ii]nvalid|non.?monoton", told):
        complain(playlist, f"ffmpeg says: {told.splitlines()[0]}")
    if len(ours) != len(theirs):
        complain(playlist, f"{len(ours)} frames, the source has {len(theirs)}")
    if not ours or not theirs:
        return
    moved = ours[0][0] - theirs[0][0] if shift is None else shift
    for number, ((at, md5), (true, true_md5)) in enumerate(zip(ours, theirs)):
        if md5 != true_md5:
            complain(playlist, f"frame {number} at {true:.3f} s is not the source's")
            break
        if abs(at - true - moved) > 0.001:
            complain(playlist, f"frame {number} is shown at {at - moved:.4f} s instead of {true:.4f}")
            break


def compare_sounds(playlist, number, source, source_number, edge, complain):
    """The same packets, but for `edge` of them at each end, and silence (one strange packet, again and again) where the
    source has none; True if they are passed through at all."""
    codec, ours = sounds(playlist, number)
    true_codec, theirs = sounds(source, source_number)
    if codec != true_codec or not ours:
        return False
    mine, true = [md5 for _, md5 in ours], [md5 for _, md5 in theirs]
    strange = set(mine) - set(true)
    if len(strange) == 1 and sum(md5 in strange for md5 in mine) > SILENCE:
        mine = [md5 for md5 in mine if md5 not in strange]
    try:
        first = true.index(mine[0])
    except ValueError:
        complain(playlist, f"sound {number} begins with a packet that the source has not")
        return True
    if first > edge or true[first:first + len(mine)] != mine or len(true) - first - len(mine) > edge:
        complain(playlist, f"sound {number}: {len(mine)} packets are not the source's {len(true)}")
    return True
