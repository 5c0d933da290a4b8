// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/leecher.hpp"

#include "support/eventually.hpp"
#include "support/session.hpp"

#include <libtorrent/add_torrent_params.hpp>
#include <libtorrent/alert_types.hpp>
#include <libtorrent/magnet_uri.hpp>
#include <libtorrent/session.hpp>
#include <libtorrent/session_params.hpp>
#include <libtorrent/torrent_handle.hpp>
#include <libtorrent/torrent_status.hpp>

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <vector>

namespace support {

Leecher::Leecher(std::string const& magnet, bool utp)
    : session_(std::make_unique<lt::session>(lt::session_params(loopback_settings({own_address(), 0}, true, utp)))) {
  auto add = lt::parse_magnet_uri(magnet);
  add.save_path = folder_.str();
  add.flags &= ~(lt::torrent_flags::paused | lt::torrent_flags::auto_managed);
  handle_ = std::make_unique<lt::torrent_handle>(session_->add_torrent(std::move(add)));
}

Leecher::~Leecher() = default;

bool Leecher::wait_for_metadata(std::chrono::milliseconds timeout) {
  return eventually([&] { return handle_->status().has_metadata; }, timeout);
}

bool Leecher::wait_complete(std::chrono::milliseconds timeout) {
  return eventually(
      [&] {
        auto const status = handle_->status();
        return status.has_metadata && status.is_seeding;
      },
      timeout);
}

int Leecher::pieces() const { return handle_->status(lt::torrent_handle::query_pieces).num_pieces; }
std::int64_t Leecher::downloaded() const { return handle_->status().total_payload_download; }
std::int64_t Leecher::failed() const { return handle_->status().total_failed_bytes; }
std::int64_t Leecher::redundant() const { return handle_->status().total_redundant_bytes; }

void Leecher::flush() const {
  handle_->flush_cache();
  bool const flushed = eventually([&] {
    std::vector<lt::alert*> alerts;
    session_->pop_alerts(&alerts);
    return std::any_of(alerts.begin(), alerts.end(),
                       [](auto const* alert) { return lt::alert_cast<lt::cache_flushed_alert>(alert); });
  });
  if (!flushed) throw std::runtime_error("the client doesn't write what it has got");
}

bool Leecher::same_as(MadeTorrent const& torrent) const {
  flush();
  for (auto const& file : torrent.files) {
    auto const path = folder() / file.path;
    if (!std::filesystem::exists(path)) {
      if (file.path.find(".pad/") != std::string::npos) continue;
      return false;
    }
    if (read_file(path) != file.bytes()) return false;
  }
  return true;
}

}  // namespace support
