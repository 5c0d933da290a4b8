// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/ts_packets.hpp"

#include "hls/byte_writer.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace hls {
namespace {

constexpr std::size_t packet_size = 188, payload_most = 184;
constexpr unsigned adaptation = 0x20, payload = 0x10;
constexpr unsigned unit_start = 0x4000;

void append_pcr(ByteWriter& out, std::int64_t pcr) {
  auto const base = static_cast<std::uint64_t>(pcr);
  out.u32(base >> 1);
  out.u16((base & 1) << 15 | 0x7e00);  // the extension is 0
}

}  // namespace

std::uint32_t crc32_mpeg(std::uint8_t const* bytes, std::size_t size) {
  std::uint32_t crc = 0xffffffff;
  for (auto const byte : std::span(bytes, size)) {
    crc ^= static_cast<std::uint32_t>(byte) << 24;
    for (int i = 0; i < 8; ++i) crc = crc & 0x80000000 ? crc << 1 ^ 0x04c11db7 : crc << 1;
  }
  return crc;
}

void TsPackets::section(int pid, Bytes const& section, std::uint32_t sequence) {
  ByteWriter out(out_);
  auto left = std::span(section);
  auto const packets = (section.size() + payload_most) / payload_most;  // with the pointer field
  auto counter = static_cast<std::uint32_t>(sequence * packets);
  for (bool first = true; !left.empty(); first = false, ++counter) {
    out.u8(0x47);
    out.u16((first ? unit_start : 0U) | static_cast<unsigned>(pid));
    out.u8(payload | (counter & 15));
    if (first) out.u8(0);
    auto const size = std::min(left.size(), payload_most - (first ? 1 : 0));
    out.bytes(left.first(size));
    left = left.subspan(size);
    out_.resize((out_.size() + packet_size - 1) / packet_size * packet_size, 0xff);
  }
}

void TsPackets::pes(int pid, Bytes const& packet, Flags flags) {
  ByteWriter out(out_);
  auto& count = counts_[pid];
  std::size_t const field = flags.pcr ? 8 : flags.random_access ? 2 : 0;
  auto const beyond = packet.size() - std::min(packet.size(), payload_most - field);
  auto packets = 1 + (beyond + payload_most - 1) / payload_most;
  if (flags.last) packets += (16 - (count + packets) % 16) % 16;

  auto left = std::span(packet);
  for (bool first = true; packets > 0; first = false, --packets, ++count) {
    auto const own = first ? field : 0;
    // As much as fits, but a byte is left for each packet that follows.
    auto const size = std::min(payload_most - own, left.size() - std::min(left.size(), packets - 1));
    auto const whole = payload_most - size;  // of the adaptation field, its length included
    out.u8(0x47);
    out.u16((first ? unit_start : 0U) | static_cast<unsigned>(pid));
    out.u8((whole > 0 ? adaptation : 0U) | payload | (count & 15));
    if (whole > 0) {
      auto const end = out_.size() + whole;
      out.u8(whole - 1);
      if (whole > 1) out.u8(own == 0 ? 0U : (flags.random_access ? 0x40U : 0U) | (flags.pcr ? 0x10U : 0U));
      if (own == 8) append_pcr(out, *flags.pcr);
      out_.resize(end, 0xff);
    }
    out.bytes(left.first(size));
    left = left.subspan(size);
  }
}

void TsPackets::clock(int pid, std::int64_t pcr) {
  ByteWriter out(out_);
  out.u8(0x47);
  out.u16(static_cast<unsigned>(pid));
  out.u8(adaptation | ((counts_[pid] - 1) & 15));  // no payload: the counter stays (2.4.3.3)
  out.u8(payload_most - 1);
  out.u8(0x10);
  append_pcr(out, pcr);
  out_.resize(out_.size() + payload_most - 8, 0xff);
}

}  // namespace hls
