#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Plays a film out of a BitTorrent swarm in any GStreamer player's way: a URI is all it takes. (PyGObject: python3-gi and
gir1.2-gstreamer-1.0.)

  play.py "magnet:?xt=urn:btih:…"
  play.py --no-output "torrent:///home/me/film.torrent#file=film.mkv"
"""
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402


def play(uri, output):
    """To its end; what went wrong, or nothing."""
    player = Gst.ElementFactory.make("playbin3")
    player.set_property("uri", uri)
    if not output:
        for sink in ("video-sink", "audio-sink"):
            player.set_property(sink, Gst.ElementFactory.make("fakesink"))
    loop, troubles = GLib.MainLoop(), []

    def heard(_, message):
        if message.type == Gst.MessageType.ERROR:
            error, advice = message.parse_error()
            troubles.append(f"{error.message}\n{advice or ''}")
            loop.quit()
        elif message.type == Gst.MessageType.EOS:
            loop.quit()
        elif message.type == Gst.MessageType.BUFFERING:
            # torrentsrc is its own download buffer: below 100 the film has to wait.
            percent = message.parse_buffering()
            print(f"Buffering {percent} %")
            player.set_state(Gst.State.PAUSED if percent < 100 else Gst.State.PLAYING)
        elif message.type == Gst.MessageType.PROGRESS:
            _, code, text = message.parse_progress()
            print(f"[{code}] {text}")

    bus = player.get_bus()
    bus.add_signal_watch()
    bus.connect("message", heard)
    player.set_state(Gst.State.PLAYING)
    try:
        loop.run()
    except KeyboardInterrupt:
        pass
    player.set_state(Gst.State.NULL)
    bus.remove_signal_watch()
    return "".join(troubles)


def main():
    arguments = Gst.init(sys.argv)
    uris = [argument for argument in arguments[1:] if argument != "--no-output"]
    if not uris:
        sys.exit(__doc__)
    for uri in uris:
        if trouble := play(uri, "--no-output" not in arguments):
            sys.exit(trouble)


if __name__ == "__main__":
    main()
