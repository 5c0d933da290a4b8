// SPDX-License-Identifier: LGPL-2.1-or-later
// What an opening torrent is waiting for, as PROGRESS messages. Pure.
#pragma once

#include <gst/gst.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace plugin {

/// Each phase that starts ends exactly once (COMPLETE, ERROR or CANCELED), the tracker's at the latest with the
/// first block: gst-launch-1.0 does not play before that.
class Progress {
 public:
  struct Message {
    GstProgressType type;
    char const* code;
    std::string text;
    friend bool operator==(Message const&, Message const&) = default;
  };

  struct Moment {
    int trackers = 0;  ///< announce URLs known
    int trackers_failed = 0;
    bool tracker_answered = false;
    std::string tracker_error;  ///< of one that failed
    bool metadata = false;
    int peers = 0;
    bool first_block = false;
  };

  std::vector<Message> update(Moment const& moment);
  /// Ends what is open: with ERROR and the text if there is one, else with CANCELED.
  std::vector<Message> finish(std::optional<std::string> const& error);
  [[nodiscard]] bool complete() const { return phases_[first_block].state == State::ended; }

 private:
  enum Phase { tracker, metadata, first_block, count };
  enum class State { waiting, open, ended };
  struct PhaseState {
    State state = State::waiting;
    std::string text;  // last one posted
  };

  void start(Phase phase, std::string text);
  void go_on(Phase phase, std::string text);
  void end(Phase phase, GstProgressType type, std::string text);

  std::array<PhaseState, count> phases_;
  std::vector<Message> out_;
};

}  // namespace plugin
