// SPDX-License-Identifier: LGPL-2.1-or-later
// The figures of a LiveTorrent: mirrored from alerts, and what they mean.
#include "swarm/live_torrent.hpp"
#include "swarm/quote.hpp"
#include "swarm/storage.hpp"
#include "swarm/torrent_reader.hpp"

#include <libtorrent/torrent_status.hpp>

#include <algorithm>

namespace swarm {
namespace {

using Clock = std::chrono::steady_clock;

/// Of what a tracker says, which anybody may run.
constexpr std::size_t longest_message = 300;

std::string count(int n, char const* one, char const* many) { return std::to_string(n) + ' ' + (n == 1 ? one : many); }

}  // namespace

TorrentStatus LiveTorrent::status() const {
  auto const read = files_in_use();
  auto state = state_.lock();
  auto status = state->status;
  status.pieces_done = state->verified_count;
  if (state->metadata) {
    auto const& layout = state->metadata->layout;
    auto add = [&](int file) {
      status.wanted += layout.file(file).size;
      for (auto const& range :
           ranges_held(layout, file, [&](int p) { return state->verified[static_cast<std::size_t>(p)]; }))
        status.wanted_done += range.size();
    };
    if (state->keep_file) {
      add(*state->keep_file);
      for (int const file : read)
        if (file != *state->keep_file) add(file);
    } else {
      for (int i = 0; i < layout.file_count(); ++i)
        if (!layout.file(i).padding) add(i);
    }
  }
  using S = TorrentStatus::State;
  if (state->failure) {
    status.state = S::error;
    status.error = state->failure->what();
    if (!state->failure->advice().empty()) status.error += ' ' + state->failure->advice();
  } else if (state->metadata && status.wanted == status.wanted_done) {
    status.state = S::complete;
  } else if (state->paused) {
    status.state = S::paused;
  } else if (status.peers == 0) {
    status.state = S::connecting;
  } else if (state->metadata && (status.download_rate > 0 || state->keep_file || !read.empty())) {
    status.state = S::downloading;
  } else {
    status.state = S::connected;
  }
  return status;
}

std::vector<bool> LiveTorrent::verified_pieces() const { return state_.lock()->verified; }

std::vector<ReadingPlace> LiveTorrent::reading_places() const {
  auto const metadata = this->metadata();
  if (!metadata) return {};
  std::vector<ReadingPlace> places;
  auto readers = readers_.lock();
  for (auto const* reader : *readers) {
    auto const wants = reader->wants(false);
    if (!wants) continue;
    ReadingPlace place{wants->file, reader->position(), {}};
    if (!wants->windows.empty()) {
      auto const& window = wants->windows.front();
      place.window = metadata->layout.pieces_of(wants->file, {window.position, window.end});
    }
    places.push_back(place);
  }
  return places;
}

std::string LiveTorrent::plight() const {
  auto state = state_.lock();
  auto const& trackers = state->status.trackers;
  auto const working = static_cast<int>(std::count_if(
      trackers.begin(), trackers.end(), [](auto const& t) { return t.state == TrackerStatus::State::working; }));
  auto text = count(state->status.peers, "peer", "peers") + " connected";
  if (!trackers.empty())
    text += ", " + std::to_string(working) + " of " + count(static_cast<int>(trackers.size()), "tracker", "trackers") +
            " answered";
  return text;
}

void LiveTorrent::on_status(lt::torrent_status const& status) {
  {
    auto state = state_.lock();
    auto& mine = state->status;
    mine.peers = status.num_peers;
    mine.seeds = status.num_seeds;
    mine.download_rate = status.download_payload_rate;
    mine.upload_rate = status.upload_payload_rate;
    mine.downloaded = status.all_time_download;
    mine.uploaded = status.all_time_upload;
    // Of what is whole libtorrent says -1.
    mine.availability = status.distributed_copies < 0 ? status.num_seeds : status.distributed_copies;
  }
  if (status.num_peers == 0 && seen_handshake_.exchange(false)) alone_since_ = never;
}

void LiveTorrent::on_tracker(std::string const& url, TrackerStatus::State tracker_state, int seeds, int peers,
                             std::string const& message) {
  if (tracker_state == TrackerStatus::State::working) phase(&Phases::tracker);
  auto state = state_.lock();
  auto& trackers = state->status.trackers;
  auto found = std::find_if(trackers.begin(), trackers.end(), [&](auto const& t) { return t.url == url; });
  // An answer of an injected one that came too late.
  auto const& own = state->remembered.trackers;
  if (found == trackers.end() && state->metadata && state->metadata->is_private &&
      std::find(own.begin(), own.end(), url) == own.end())
    return;
  if (found == trackers.end()) found = trackers.insert(trackers.end(), TrackerStatus{url, {}, -1, -1, {}});
  if (tracker_state == TrackerStatus::State::waiting && found->state == TrackerStatus::State::working) return;
  *found = {url, tracker_state, seeds, peers, clean_text(message, longest_message)};
}

void LiveTorrent::log_start() const {
  auto const phases = state_.lock()->status.phases;
  std::string line;
  auto const add = [&](char const* what, std::optional<std::chrono::milliseconds> const& time) {
    if (time) line += std::string(line.empty() ? "" : ", ") + what + ' ' + std::to_string(time->count()) + " ms";
  };
  add("tracker", phases.tracker);
  add("connected", phases.connect);
  add("metadata", phases.metadata);
  add("first block", phases.first_block);
  add("first piece", phases.first_piece);
  services_->log(LogLevel::info, name() + " has started: " + line);
}

}  // namespace swarm
