// SPDX-License-Identifier: LGPL-2.1-or-later
// How many blocks to have under way from one peer, and when the next one would come: a model of its line, measured as
// BBR does, from the delivery rate and the smallest round trip. Pure; reentrant; time is an argument.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <utility>

namespace swarm {

/// The window is what fills the line and 60 ms more: a short queue at the peer makes a short seek, since what it has
/// put into its send buffer can't be taken back.
class PeerWindow {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Seconds = std::chrono::duration<double>;

  /// What to remember of a request until its block arrives.
  struct Sent {
    Time at;
    std::int64_t delivered = 0;  ///< bytes that had come by then
    Time delivered_at;
    Seconds expected{0};  ///< how long it should take at most
    bool full = false;    ///< the window was full: the rate is the line's, not ours
    bool alone = false;   ///< nothing else was under way
  };

  /// `outstanding`: requests under way before this one.
  Sent sent(Time now, int outstanding);
  void arrived(Sent const& sent, int bytes, Time now);

  [[nodiscard]] int size() const;
  /// From the moment of the request to the block.
  [[nodiscard]] Seconds eta(int outstanding) const;
  [[nodiscard]] double rate() const;  ///< bytes/s; 0 = not known
  /// How long it has owed blocks without sending any.
  [[nodiscard]] Seconds silence(Time oldest_request, Time now) const;
  /// So long that it can't be its line.
  [[nodiscard]] bool silent_too_long(Time oldest_request, Time now) const;
  [[nodiscard]] Seconds smoothed() const { return srtt_; }
  /// Its line is to run empty for a moment, to be measured anew: it had better not be asked beyond its window.
  [[nodiscard]] bool probing() const { return probing_; }

 private:
  void measure_round_trip(Sent const& sent, Time now);
  void measure_rate(Sent const& sent, Time now);
  void measure_whole_seconds(Time now);
  void grow(Sent const& sent, Time now);

  Time heard_;  // last block
  std::int64_t delivered_ = 0;
  Time delivered_at_;
  std::deque<std::pair<Time, double>> rates_;  // falling; the front is the largest of the last two seconds
  double rate_ = 0;
  Time epoch_;                        // a second of use
  std::int64_t epoch_delivered_ = 0;  // by its begin
  bool epoch_full_ = true;            // it was asked for all that the window allows, all the time
  bool full_ = false;                 // it was when asked last
  double last_epoch_ = 0;
  double sustained_ = 0;  // over whole seconds; 0 = not known
  Seconds least_{0};      // smallest round trip; 0 = not known
  Time least_at_;
  Time probed_;
  bool probing_ = false;
  Seconds srtt_{0};
  Seconds variance_{0};

  bool starting_ = true;
  int start_size_ = 4;
  double full_rate_ = 0;
  int flat_rounds_ = 0;
  Time round_;
};

}  // namespace swarm
