// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/progress.hpp"

#include <utility>

namespace plugin {

static constexpr char const* codes[] = {"tracker", "metadata", "first-block"};

static std::string of_peers(int peers) {
  return peers == 0 ? "no peer is connected yet" : std::to_string(peers) + (peers == 1 ? " peer" : " peers");
}

void Progress::start(Phase phase, std::string text) {
  if (phases_[phase].state != State::waiting) return;
  phases_[phase] = {State::open, text};
  out_.push_back({GST_PROGRESS_TYPE_START, codes[phase], std::move(text)});
}

void Progress::go_on(Phase phase, std::string text) {
  if (phases_[phase].state != State::open || phases_[phase].text == text) return;
  phases_[phase].text = text;
  out_.push_back({GST_PROGRESS_TYPE_CONTINUE, codes[phase], std::move(text)});
}

void Progress::end(Phase phase, GstProgressType type, std::string text) {
  if (phases_[phase].state != State::open) return;
  phases_[phase].state = State::ended;
  out_.push_back({type, codes[phase], std::move(text)});
}

std::vector<Progress::Message> Progress::update(Moment const& moment) {
  if (moment.trackers > 0 && !complete() && !moment.first_block) start(tracker, "Asking trackers for peers");
  if (moment.tracker_answered)
    end(tracker, GST_PROGRESS_TYPE_COMPLETE, "A tracker answered");
  else if (moment.trackers > 0 && moment.trackers_failed == moment.trackers)
    end(tracker, GST_PROGRESS_TYPE_ERROR, "No tracker answered: " + moment.tracker_error);

  std::string const awaited = "Waiting for metadata: ";
  start(metadata, awaited + of_peers(0));
  if (!moment.metadata) {
    go_on(metadata, awaited + of_peers(moment.peers));
    return std::exchange(out_, {});
  }
  end(metadata, GST_PROGRESS_TYPE_COMPLETE, "The metadata are known");

  std::string const block = "Waiting for the first block: ";
  start(first_block, block + of_peers(moment.peers));
  if (moment.first_block) {
    end(tracker, GST_PROGRESS_TYPE_CANCELED, "Peers were found without a tracker");
    end(first_block, GST_PROGRESS_TYPE_COMPLETE, "Bytes arrive");
  } else {
    go_on(first_block, block + of_peers(moment.peers));
  }
  return std::exchange(out_, {});
}

std::vector<Progress::Message> Progress::finish(std::optional<std::string> const& error) {
  for (auto phase : {tracker, metadata, first_block})
    end(phase, error ? GST_PROGRESS_TYPE_ERROR : GST_PROGRESS_TYPE_CANCELED, error.value_or("Stopped"));
  return std::exchange(out_, {});
}

}  // namespace plugin
