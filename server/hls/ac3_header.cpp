// SPDX-License-Identifier: LGPL-2.1-or-later
// libavformat's muxer does the same inside, where nothing else can have it.
#include "hls/ac3_header.hpp"

#include "hls/bit_reader.hpp"
#include "hls/byte_writer.hpp"

#include <algorithm>
#include <array>

namespace hls {
namespace {

constexpr std::uint32_t sync_word = 0x0b77;

/// bsi() of E-AC-3 (E.1.2.2), as far as dec3 wants it.
struct Substream {
  unsigned type = 0;  ///< 1 = dependent
  std::size_t size = 0;
  unsigned fscod = 0, bsid = 0, bsmod = 0, acmod = 0, lfeon = 0;
  unsigned rate = 48000, blocks = 6;
  unsigned chanmap = 0;
};

bool read(std::span<std::uint8_t const> bytes, Substream& frame) {
  BitReader in(bytes);
  if (in.bits(16) != sync_word) return false;
  frame.type = in.bits(2);
  in.skip(3);
  frame.size = (in.bits(11) + 1) * 2;
  frame.fscod = in.bits(2);
  static constexpr std::array<unsigned, 4> rates{48000, 44100, 32000, 48000}, blocks{1, 2, 3, 6};
  if (auto const code = in.bits(2); frame.fscod == 3)
    frame.rate = rates[code] / 2;
  else
    frame.rate = rates[frame.fscod], frame.blocks = blocks[code];
  frame.acmod = in.bits(3);
  frame.lfeon = in.bits(1);
  frame.bsid = in.bits(5);
  for (int programs = frame.acmod == 0 ? 2 : 1; programs > 0; --programs) {
    in.skip(5);                 // dialnorm
    if (in.flag()) in.skip(8);  // compr
  }
  if (frame.type == 1 && in.flag()) frame.chanmap = in.bits(16);
  return in.ok() && frame.bsid > 10 && frame.bsid <= 16;
}

/// chanmap (E.1.3.1.8, highest bit first) -> chan_loc of dec3 (table F.6.1): what it has beyond 5.1.
unsigned chan_loc(unsigned chanmap) {
  static constexpr std::array<int, 9> from{5, 6, 7, 8, 9, 10, 11, 12, 14};  // Lc/Rc … LFE2
  unsigned loc = 0;
  for (std::size_t i = 0; i < from.size(); ++i)
    if (chanmap >> (15 - from[i]) & 1) loc |= 1U << i;
  return loc;
}

}  // namespace

Bytes dac3(std::span<std::uint8_t const> frame) {
  BitReader in(frame);
  if (in.bits(16) != sync_word) return {};
  in.skip(16);
  auto const fscod = in.bits(2);
  auto const bit_rate = in.bits(6) >> 1;
  auto const bsid = in.bits(5);
  auto const bsmod = in.bits(3);
  auto const acmod = in.bits(3);
  if ((acmod & 1) != 0 && acmod != 1) in.skip(2);  // cmixlev
  if ((acmod & 4) != 0) in.skip(2);                // surmixlev
  if (acmod == 2) in.skip(2);                      // dsurmod
  auto const lfeon = in.bits(1);
  if (!in.ok() || bsid > 10 || fscod == 3) return {};
  Bytes bytes;
  ByteWriter(bytes).u24(fscod << 22 | bsid << 17 | bsmod << 14 | acmod << 11 | lfeon << 10 | bit_rate << 5);
  return bytes;
}

Bytes dec3(std::span<std::uint8_t const> frames) {
  struct Program {
    Substream frame;
    unsigned dependents = 0, chan_loc = 0;
  };
  std::vector<Program> programs;
  std::uint64_t rate = 0;  // bits/s
  for (Substream frame; programs.size() <= 8 && read(frames, frame); frame = {}) {
    if (frame.type == 1 && !programs.empty()) {
      ++programs.back().dependents;
      programs.back().chan_loc |= chan_loc(frame.chanmap);
    } else {
      // An access unit of six blocks may be several frames of the same substream.
      if (programs.empty() || frame.blocks == 6) programs.push_back({frame});
    }
    rate += frame.size * 8 * frame.rate / (256 * frame.blocks);
    if (frame.size >= frames.size()) break;
    frames = frames.subspan(frame.size);
  }
  if (programs.empty()) return {};
  if (programs.size() > 8) programs.resize(8);
  Bytes bytes;
  ByteWriter out(bytes);
  out.u16(std::min<std::uint64_t>(rate / 1000, 0x1fff) << 3 | (programs.size() - 1));
  for (auto const& [frame, dependents, loc] : programs) {
    out.u16(frame.fscod << 14 | frame.bsid << 9 | frame.bsmod << 4 | frame.acmod << 1 | frame.lfeon);
    out.u8(dependents << 1 | (dependents > 0 ? loc >> 8 : 0));
    if (dependents > 0) out.u8(loc);
  }
  return bytes;
}

}  // namespace hls
