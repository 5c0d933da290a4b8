// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/ts_demuxer.hpp"

#include "hls/place_search.hpp"
#include "hls/slice_demuxer.hpp"
#include "hls/ts_clock.hpp"
#include "hls/ts_dts.hpp"
#include "hls/ts_packets.hpp"
#include "hls/ts_pictures.hpp"
#include "hls/ts_slice.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace hls {
namespace {

using namespace std::chrono_literals;

/// Where it begins: so much before what is wanted, as pictures come in another order than they are shown (16 of them at
/// most), and sound before or behind its picture.
constexpr Time lead = 700ms;
/// The search ends: reading costs less than looking at another place.
constexpr Time time_off = 500ms;
constexpr std::int64_t bytes_off = std::int64_t{32} * 1024;
/// Of which a part is a block of the swarm, wherever it begins in its packet.
constexpr std::size_t window = std::size_t{16} * 1024 - 204;
constexpr std::int64_t far = std::int64_t{8} * 1024 * 1024;

TsStride stride_of(ByteSource& source) {
  auto const stride = ts_stride(read_bytes(source, 0, std::size_t{64} * 1024));
  if (!stride) throw DemuxFailed("This is no MPEG transport stream.");
  return *stride;
}

TsProgram program_of(ByteSource& source, TsStride const& stride) {
  auto program = ts_program(source, stride);
  if (!program) throw DemuxFailed("The transport stream names neither pictures nor sound at its begin.");
  return std::move(*program);
}

std::vector<std::byte> tables_of(ByteSource& source, TsStride const& stride, TsProgram const& program) {
  auto tables = table_packets(source, stride, 0);
  name_dts(tables, program, source, stride);
  return tables;
}

/// tsdemux gives what comes a second or more before the first clock reference without any time, so there is one behind
/// the tables; TsSlice sets it.
ByteSlice::Head with_clock(std::vector<std::byte> tables, TsStride const& stride, int pid) {
  TsPackets packets;
  packets.clock(pid, 0);
  auto const clock = std::move(packets).take();
  auto const at = tables.size() + static_cast<std::size_t>(stride.lead());
  tables.resize(tables.size() + static_cast<std::size_t>(stride.bytes));
  std::copy_n(std::as_bytes(std::span(clock)).begin(), clock.size(), tables.begin() + static_cast<std::ptrdiff_t>(at));
  return std::make_shared<std::vector<std::byte> const>(std::move(tables));
}

std::int64_t ticks_of(Time time) { return time / 1s * ts_clock; }  // roughly

/// What tsdemux counts from comes before all that it gets.
constexpr Time before_all = 20s;

/// On the film's clock what tsdemux counts from its clock references.
class OnFilmClock final : public Demuxer::Taker {
 public:
  OnFilmClock(Demuxer::Taker& taker, Time zero, std::int64_t reference)
      : taker_(taker), zero_(zero), reference_(reference) {}

  Demuxer::Take take(Track const& track, AccessUnit&& unit) override {
    unit.pts = unwrapped(unit.pts + zero_, reference_);
    unit.dts = unwrapped(unit.dts + zero_, reference_);
    return taker_.take(track, std::move(unit));
  }

 private:
  Demuxer::Taker& taker_;
  Time const zero_;
  std::int64_t const reference_;
};

class TsDemuxer final : public SliceDemuxer {
 public:
  TsDemuxer(std::shared_ptr<ByteSource> source, Time end)
      : SliceDemuxer(std::move(source), Container::mpeg_ts),
        stride_(stride_of(searched())),
        program_(program_of(searched(), stride_)),
        head_(with_clock(tables_of(searched(), stride_, program_), stride_, program_.clock)),
        first_(first_pts()),
        search_({ticks(first_, ts_clock), stride_.first},
                {end > Time::zero() ? end : ticks(first_ + ts_wrap, ts_clock), searched().size()},
                [this](std::int64_t from, std::int64_t to) { return picture(from, to); }) {
    open(slice_from(begin_of(stride_.first), ticks(first_, ts_clock)));
  }

  void read(Time from, std::vector<int> const& tracks, Taker& taker) override {
    auto const place = search_.before(from - lead, time_off, bytes_off);
    OnFilmClock on_film_clock(taker, ticks(clock_before(place.time), ts_clock), ticks_of(place.time));
    taker.begin(from);
    read_slice(slice_from(begin_of(place.position), place.time), tracks, on_film_clock);
  }

 private:
  /// Of the share of the packet that is there, or of the next one if its time code is not all there.
  [[nodiscard]] std::int64_t begin_of(std::int64_t packet) const {
    auto const begin = packet - stride_.lead();
    return begin < 0 ? begin + stride_.bytes : begin;
  }

  /// tsdemux is off by a tick behind a wrap.
  [[nodiscard]] static std::int64_t clock_before(Time time) {
    auto const near = ticks_of(time);
    return near - std::min((near % ts_wrap + ts_wrap) % ts_wrap, ticks_of(before_all));
  }

  [[nodiscard]] std::shared_ptr<ByteSource> slice_from(std::int64_t begin, Time time) const {
    return std::make_shared<TsSlice>(slice(head_, begin, searched().size()), stride_, program_,
                                     std::ssize(*head_) - stride_.bytes, clock_before(time));
  }

  [[nodiscard]] std::int64_t first_pts() const {
    TsReader reader(searched(), stride_, 0, far);
    while (auto const packet = reader.next())
      if (packet->pid == program_.pid && packet->start)
        if (auto const pts = pes_pts(packet->payload)) return *pts;
    throw DemuxFailed("There are no pictures at the begin of this transport stream.");
  }

  /// The first one with a time. From the film's begin on time only grows: 33 bits alone tell of 26 hours.
  [[nodiscard]] std::optional<Place> picture(std::int64_t from, std::int64_t to) const {
    constexpr std::int64_t disorder = 10 * ts_clock;
    TsReader reader(searched(), stride_, from, std::min(to, from + far), window);
    while (auto const packet = reader.next())
      if (packet->pid == program_.pid && packet->start)
        if (auto const pts = pes_pts(packet->payload))
          return Place{ticks(unwrapped(*pts, first_ - disorder + ts_wrap / 2), ts_clock), reader.position()};
    return std::nullopt;
  }

  TsStride const stride_;
  TsProgram const program_;
  ByteSlice::Head const head_;  ///< its tables, and a clock reference
  std::int64_t const first_;
  PlaceSearch search_;
};

}  // namespace

std::unique_ptr<Demuxer> open_by_pictures(std::shared_ptr<ByteSource> source, Time end) {
  return std::make_unique<TsDemuxer>(std::move(source), end);
}

}  // namespace hls
