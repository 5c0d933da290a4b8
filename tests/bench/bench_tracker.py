# SPDX-License-Identifier: LGPL-2.1-or-later
"""What thousands of browsers cost the tracker, over real sockets: memory of each, processor of each announce.

usage: bench_tracker.py SERVER [PEERS] [SWARMS]
"""
import base64
import json
import os
import pathlib
import re
import resource
import selectors
import socket
import sys
import tempfile
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "web"))
from house import server  # noqa: E402

OF_AN_ADDRESS = 90  # the tracker takes 100
SDP = "v=0\r\n" + "a=candidate:1 1 udp 2113937151 192.168.1.2 50000 typ host\r\n" * 12  # as long as a browser's


def text(message):
    """As a client sends it: masked, by zeros."""
    data = json.dumps(message).encode()
    return bytes([0x81, 0x80 | 126]) + len(data).to_bytes(2, "big") + b"\0\0\0\0" + data


class Peer:
    def __init__(self, port, number, swarm):
        self.id, self.swarm = f"-XX0000-{number:012}", f"{swarm:020}"
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((f"127.1.{number // OF_AN_ADDRESS}.1", 0))
        self.socket.connect(("127.0.0.1", port))
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(f"GET /tracker HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
        head = self.socket.recv(4096)
        assert b" 101 " in head, head

    def announce(self):
        offers = [{"offer_id": f"{self.id[:-1]}{n}", "offer": {"type": "offer", "sdp": SDP}} for n in range(5)]
        self.socket.sendall(text({"action": "announce", "info_hash": self.swarm, "peer_id": self.id, "numwant": 5,
                                  "left": 10, "offers": offers}))


class Process:
    def __init__(self, pid):
        self.pid = pid

    def memory(self):
        return int(re.search(r"RssAnon:\s*(\d+)", pathlib.Path(f"/proc/{self.pid}/status").read_text())[1]) / 1024

    def processor(self):
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def take_in(selector, wait):
    """What came, until nothing more does for so long, in bytes. There may be a ping in it: each gets a pong."""
    received = 0
    while ready := selector.select(wait):
        for key, _ in ready:
            data = key.fileobj.recv(1 << 20)
            assert data, "the server let somebody go"
            received += len(data)
            key.fileobj.sendall(b"\x8a\x80\0\0\0\0")
    return received


def announce_all(peers, selector):
    """All announce themselves once. Bytes that came."""
    received = 0
    for peer in peers:
        peer.announce()
        received += take_in(selector, 0)
    return received + take_in(selector, 1)


def main(program, count="5000", swarms="500"):
    count, swarms = int(count), int(swarms)
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    with tempfile.TemporaryDirectory() as home, server(
            program, home, HTTP_MAX_CONNECTIONS=str(count + 100), HTTP_MAX_REQUESTS="0", TORRENT_MAX_CONNECTIONS="10") as served:
        port, process = int(served.said.rsplit(":", 1)[1]), Process(served.child.pid)
        before = process.memory()
        peers, selector = [], selectors.DefaultSelector()
        for number in range(count):
            peers.append(Peer(port, number, number % swarms))
            selector.register(peers[-1].socket, selectors.EVENT_READ)
            if number % 50 == 0:
                take_in(selector, 0)
        connected = process.memory()
        print(f"{count} peers in {swarms} swarms: {before:.0f} MB without them, {(connected - before) * 1024 / count:.1f} kB "
              f"for each connection", flush=True)
        for turn in ("first", "second"):
            used, began = process.processor(), time.monotonic()
            received = announce_all(peers, selector)
            used = process.processor() - used
            print(f"the {turn} announce of each, with 5 offers: {used / count * 1e6:.0f} us of processor each, "
                  f"{received / count / 1024:.1f} kB out for each, {time.monotonic() - began:.1f} s in all; "
                  f"{(process.memory() - before) * 1024 / count:.1f} kB for each peer", flush=True)
        with urllib.request.urlopen(served.said + "/metrics") as answer:
            figures = answer.read().decode()
        assert f"gst_torrent_tracker_peers {count}" in figures and f"gst_torrent_tracker_swarms {swarms}" in figures
        longest = re.search(r"^gst_torrent_main_loop_longest_turn_seconds (\S+)", figures, re.MULTILINE)[1]
        print(f"the main loop's longest turn, with all of them at once: {longest} s")
        for peer in peers:
            peer.socket.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
