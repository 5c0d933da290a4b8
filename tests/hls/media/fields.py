# SPDX-License-Identifier: LGPL-2.1-or-later
"""H.264 whose pictures are pairs of fields, as broadcasters code them (PAFF). No encoder at hand makes these: every
macroblock is written as samples (I_PCM, ITU-T H.264 7.3.5)."""

WIDTH, HEIGHT = 64, 64  # a field has 4 x 2 macroblocks
GOP = 50


class Bits:
    def __init__(self):
        self.text = ""

    def u(self, value, bits):
        self.text += f"{value:0{bits}b}"
        return self

    def ue(self, *values):  # 9.1
        for value in values:
            code = f"{value + 1:b}"
            self.text += "0" * (len(code) - 1) + code
        return self

    def align(self, bit="0"):
        self.text += bit * (-len(self.text) % 8)
        return self

    def bytes(self):
        return int("1" + self.text, 2).to_bytes(len(self.text) // 8 + 1, "big")[1:]


def unit(kind, importance, payload):
    """A NAL unit. Samples are never 0, so only heads may need emulation prevention."""
    out, zeros = bytearray([importance << 5 | kind]), 0
    for byte in payload:
        if zeros >= 2 and byte <= 3:
            out.append(3)
            zeros = 0
        out.append(byte)
        zeros = zeros + 1 if byte == 0 else 0
    return bytes(out)


def ended(bits):  # 7.3.2.11
    bits.text += "1"
    return bits.align().bytes()


def parameters():
    """Main profile, level 3, 25 frames a second, pairs of fields (7.3.2.1, 7.3.2.2, E.1.1)."""
    sequence = Bits().u(77, 8).u(0, 8).u(30, 8).ue(0, 4, 2, 1).u(0, 1)  # frame_num 8 bits, order of output = of coding
    sequence.ue(WIDTH // 16 - 1, HEIGHT // 32 - 1).u(0, 1).u(0, 1).u(1, 1).u(0, 1)  # frame_mbs_only_flag = 0
    sequence.u(1, 1).u(0, 4).u(1, 1).u(1, 32).u(50, 32).u(1, 1).u(0, 4)  # VUI: time_scale / 2 is the rate
    picture = Bits().ue(0, 0).u(0, 1).u(1, 1).ue(0, 0, 0).u(0, 1).u(0, 2).ue(0, 0, 0).u(0, 3)
    return unit(7, 3, ended(sequence)), unit(8, 3, ended(picture))


def field(number, key, bottom):
    """16 columns of light and dark in each macroblock tell the frame's number. frame_num counts from the last IDR picture
    on (7.4.3)."""
    idr = key and not bottom
    head = Bits().ue(0, 7, 0).u(number % GOP, 8).u(1, 1).u(int(bottom), 1)
    if idr:
        head.ue(number // GOP % 2).u(0, 2)  # idr_pic_id; no long-term reference
    else:
        head.u(0, 1)
    head.ue(0)  # slice_qp_delta
    data = bytearray()
    for _ in range(WIDTH // 16 * HEIGHT // 32):
        head.ue(25).align()
        data += head.bytes()
        head = Bits()
        row = bytes(235 if number >> column & 1 else 16 for column in range(16))
        data += row * 16 + bytes([128]) * 128
    return unit(5 if idr else 1, 3, bytes(data) + b"\x80")


def configuration():
    """ISO/IEC 14496-15 5.3.3.1."""
    sequence, picture = parameters()
    return (bytes([1, *sequence[1:4], 0xff, 0xe1]) + len(sequence).to_bytes(2, "big") + sequence + b"\1" +
            len(picture).to_bytes(2, "big") + picture)


def pairs(count):
    """(both fields of a frame, each after its length; is it a key frame)"""
    for number in range(count):
        key = number % GOP == 0
        two = [field(number, key, bottom) for bottom in (False, True)]
        yield b"".join(len(one).to_bytes(4, "big") + one for one in two), key
