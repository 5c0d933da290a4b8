// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/ts_checker.hpp"

#include "hls/ts_packets.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <span>

namespace hls_test {
namespace {

using Span = std::span<std::uint8_t const>;

class Checker {
 public:
  void packet(Span p) {
    ASSERT_EQ(p[0], 0x47);
    EXPECT_EQ(p[1] & 0x80, 0);
    int const pid = (p[1] & 0x1f) << 8 | p[2];
    bool const start = (p[1] & 0x40) != 0, field = (p[3] & 0x20) != 0, has = (p[3] & 0x10) != 0;
    std::size_t at = 4;
    if (field) {
      std::size_t const length = p[4];
      ASSERT_LE(length, has ? 182U : 183U);
      if (!has) {
        EXPECT_EQ(length, 183U);
      }
      if (length > 0) adaptation(pid, p.subspan(5, length));
      at = 5 + length;
    }
    auto const found = counters_.find(pid);
    auto const expected = found == counters_.end() ? 0 : (found->second + (has ? 1 : 0)) & 15;
    if (has || found != counters_.end()) {
      EXPECT_EQ(p[3] & 15, expected) << "continuity of PID " << pid;
    }
    if (!has) return;
    counters_[pid] = p[3] & 15;
    auto const payload = p.subspan(at);
    if (pid == 0 || pid == pmt_)
      table(pid, start, payload);
    else
      piece(pid, start, payload);
  }

  void finish() {
    for (auto const& [pid, bytes] : open_) close(pid);
    open_.clear();
  }
  TsSeen seen;

 private:
  void adaptation(int pid, Span f) {
    std::size_t used = 1;
    if ((f[0] & 0x10) != 0) {
      EXPECT_EQ(pid, seen.pcr_pid);
      used = 7;
      auto const pcr = std::int64_t{f[1]} << 25 | f[2] << 17 | f[3] << 9 | f[4] << 1 | f[5] >> 7;
      if (!seen.pcrs.empty()) {
        auto const gap = (pcr - seen.pcrs.back()) & 0x1'ffff'ffff;
        EXPECT_LE(gap, 9001) << "between two PCRs";
      }
      seen.pcrs.push_back(pcr);
    }
    EXPECT_TRUE(std::all_of(f.begin() + static_cast<long>(used), f.end(), [](int byte) { return byte == 0xff; }));
  }

  void table(int pid, bool start, Span payload) {
    auto& bytes = sections_[pid];
    if (start) {
      EXPECT_EQ(payload[0], 0);
      payload = payload.subspan(1);
      bytes.clear();
    }
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    std::size_t const length = 3U + ((bytes[1] & 15) << 8 | bytes[2]);
    if (bytes.size() < length) return;
    EXPECT_LE(length, 1024U);
    EXPECT_EQ(hls::crc32_mpeg(bytes.data(), length), 0U) << "CRC of PID " << pid;
    if (pid == 0) {
      pmt_ = (bytes[10] & 0x1f) << 8 | bytes[11];
      return;
    }
    seen.pcr_pid = (bytes[8] & 0x1f) << 8 | bytes[9];
    for (std::size_t at = 12; at + 4 < length;) {
      auto& stream = seen.streams[(bytes[at + 1] & 0x1f) << 8 | bytes[at + 2]];
      std::size_t const size = (bytes[at + 3] & 15) << 8 | bytes[at + 4];
      stream.type = bytes[at];
      stream.descriptors.assign(bytes.begin() + static_cast<long>(at) + 5,
                                bytes.begin() + static_cast<long>(at + 5 + size));
      at += 5 + size;
    }
  }

  void piece(int pid, bool start, Span payload) {
    ASSERT_TRUE(seen.streams.contains(pid)) << pid;
    if (start) {
      close(pid);
      open_[pid].clear();
      clocks_[pid] = seen.pcrs.empty() ? -1 : seen.pcrs.back();
    }
    ASSERT_TRUE(open_.contains(pid));
    open_[pid].insert(open_[pid].end(), payload.begin(), payload.end());
  }

  static std::int64_t stamp(Span b) {
    return std::int64_t{b[0] >> 1 & 7} << 30 | (b[1] << 7 | b[2] >> 1) << 15 | (b[3] << 7 | b[4] >> 1);
  }

  void close(int pid) {
    if (!open_.contains(pid)) return;
    auto const& b = open_[pid];
    ASSERT_GE(b.size(), 9U);
    EXPECT_EQ(b[0] << 16 | b[1] << 8 | b[2], 1);
    TsPes pes;
    pes.stream_id = b[3];
    std::size_t const length = b[4] << 8 | b[5];
    if (length != 0)
      EXPECT_EQ(length + 6, b.size());
    else
      EXPECT_EQ(b[3], 0xe0);
    pes.pts = stamp(Span(b).subspan(9));
    pes.dts = (b[7] & 0x40) != 0 ? stamp(Span(b).subspan(14)) : pes.pts;
    auto const ahead = (pes.dts - (clocks_[pid] < 0 ? pes.dts : clocks_[pid])) & 0x1'ffff'ffff;
    EXPECT_LE(ahead, 90000) << "a stream is at most a second ahead of its clock (2.4.2.6)";
    pes.payload.assign(b.begin() + 9 + b[8], b.end());
    seen.streams[pid].packets.push_back(std::move(pes));
  }

  int pmt_ = -1;
  std::map<int, int> counters_;
  std::map<int, std::int64_t> clocks_;  ///< when the open PES packets began
  std::map<int, hls::Bytes> sections_, open_;
};

}  // namespace

TsSeen check_ts(std::vector<hls::Bytes> const& segments) {
  Checker checker;
  for (auto const& segment : segments) {
    EXPECT_EQ(segment.size() % 188, 0U);
    for (std::size_t at = 0; at + 188 <= segment.size(); at += 188) checker.packet(Span(segment).subspan(at, 188));
    checker.finish();
  }
  return checker.seen;
}

}  // namespace hls_test
