# SPDX-License-Identifier: LGPL-2.1-or-later
"""Films with several languages and subtitles, and subtitles beside films."""

X264 = ["-c:v", "libx264", "-preset", "veryfast", "-b:v", "300k", "-g", "50", "-pix_fmt", "yuv420p"]


def stamp(seconds, comma=","):
    ms = round(seconds * 1000)
    return f"{ms // 3600000:02}:{ms // 60000 % 60:02}:{ms // 1000 % 60:02}{comma}{ms % 1000:03}"


def cues(word, seconds=20):
    """Second n shows "word n"; one cue is longer than a segment, over the others."""
    each = [(n + 0.1, n + 0.9, f"{word} {n}") for n in range(seconds)]
    return sorted([*each, (3.0, 15.0, f"<i>{word}, long</i> & <b>over</b> the others")])


def srt(word, seconds=20):
    return "\n".join(f"{n}\n{stamp(a)} --> {stamp(b)}\n{text}\n" for n, (a, b, text) in enumerate(cues(word, seconds), 1))


def ass(word, seconds=20):
    def time(at):
        return f"{int(at) // 3600}:{int(at) // 60 % 60:02}:{at % 60:05.2f}"
    head = ("[Script Info]\nScriptType: v4.00+\nPlayResX: 320\nPlayResY: 180\n\n[V4+ Styles]\nFormat: Name, Fontname, "
            "Fontsize, PrimaryColour, Bold, Italic, Underline, Alignment\nStyle: Default,Sans,16,&H00FFFFFF,0,0,0,2\n"
            "Style: Sign,Sans,16,&H00FFFFFF,0,-1,0,8\n\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, "
            "MarginV, Effect, Text\n")
    lines = [f"Dialogue: 0,{time(a)},{time(b)},{'Sign' if '<' in text else 'Default'},,0,0,0,,"
             + text.replace("<i>", "").replace("</i>", "").replace("<b>", "{\\b1}").replace("</b>", "{\\b0}")
             for a, b, text in cues(word, seconds)]
    return head + "\n".join(lines) + "\n"


def vtt(word, seconds=20):
    body = "\n".join(f"{stamp(a, '.')} --> {stamp(b, '.')} line:10%\n{text.replace('&', '&amp;')}\n"
                     for a, b, text in cues(word, seconds))
    return f"WEBVTT\n\nNOTE a note\n\n{body}"


def tracks(sounds, texts, name, video=None):
    """sounds: (language, codec arguments, pitch); texts: (language, text, codec, dispositions)."""
    def recipe(work):
        out = work.path(name)
        inputs = work.picture()
        for _, _, pitch in sounds:
            inputs += work.sound(pitch=pitch)
        for number, (_, text, codec, _) in enumerate(texts):
            ending = "ass" if text.startswith("[") else "vtt" if text.startswith("WEBVTT") else "srt"
            inputs += ["-i", work.write(f"{number}.{ending}", text)]
        arguments = []
        for number in range(1 + len(sounds) + len(texts)):
            arguments += ["-map", str(number)]
        arguments += video or X264
        for number, (language, codec, _) in enumerate(sounds):
            arguments += [f"-c:a:{number}", *codec, f"-metadata:s:a:{number}", f"language={language}"]
            arguments += [f"-disposition:a:{number}", "default" if number == 0 else "0"]
        for number, (language, _, codec, flags) in enumerate(texts):
            arguments += [f"-c:s:{number}", codec, f"-metadata:s:s:{number}", f"language={language}",
                          f"-disposition:s:{number}", flags]
        work.ffmpeg(*inputs, *arguments, out)
        return out
    return recipe


def beside(name, text, charset="utf-8", mark=b""):
    return lambda work: work.write(name.replace("/", "_"), mark + text.encode(charset))


AAC, AC3, OPUS = ["aac"], ["ac3"], ["libopus"]
FILMS = [
    ("tracks.mkv", "remux", "three languages, SubRip, ASS, forced",
     tracks([("eng", AAC, 440), ("ger", AC3, 330), ("fre", OPUS, 550)],
            [("eng", srt("Second"), "srt", "default"), ("ger", ass("Sekunde"), "ass", "0"),
             ("fre", srt("Seconde"), "srt", "forced")], "out.mkv"), True),
    ("tracks.mp4", "remux", "two languages, tx3g",
     tracks([("eng", AAC, 440), ("deu", AAC, 330)],
            [("eng", srt("Second"), "mov_text", "0"), ("rus", srt("Секунда"), "mov_text", "0")], "out.mp4"), True),
    ("tracks.webm", "remux", "WebVTT",
     tracks([("eng", OPUS, 440)], [("eng", vtt("Second"), "webvtt", "0")], "out.webm",
            ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "300k", "-g", "50"]), False),
    ("tracks.ts", "remux", "two languages",
     tracks([("eng", AAC, 440), ("deu", AC3, 330)], [], "out.ts"), False),
    ("h264-aac.en.srt", "text", "beside h264-aac.*", beside("a.srt", srt("Second")), True),
    ("h264-aac.ru.srt", "text", "windows-1251, CRLF",
     beside("a.srt", srt("Секунда").replace("\n", "\r\n"), "cp1251"), True),
    ("h264-aac.pl.forced.srt", "text", "windows-1250", beside("a.srt", srt("Mój źrebak, chwila"), "cp1250"), False),
    ("h264-aac.ja.ass", "text", "UTF-16 with a mark", beside("a.ass", ass("秒"), "utf-16-le", b"\xff\xfe"), True),
    ("h264-aac.zh-TW.srt", "text", "Big5", beside("a.srt", srt("這是第幾秒"), "big5"), False),
    ("h264-aac.de.vtt", "text", "WebVTT with notes and settings", beside("a.vtt", vtt("Sekunde")), False),
]
