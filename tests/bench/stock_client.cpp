// SPDX-License-Identifier: LGPL-2.1-or-later
#include "bench/stock_client.hpp"

#include "support/session.hpp"
#include "support/temp_dir.hpp"

#include <libtorrent/add_torrent_params.hpp>
#include <libtorrent/alert_types.hpp>
#include <libtorrent/download_priority.hpp>
#include <libtorrent/magnet_uri.hpp>
#include <libtorrent/session.hpp>
#include <libtorrent/session_params.hpp>
#include <libtorrent/torrent_handle.hpp>
#include <libtorrent/torrent_info.hpp>
#include <libtorrent/torrent_status.hpp>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace bench {
namespace {

constexpr std::int64_t hot_bytes = 256 * KiB;
constexpr std::int64_t near_bytes = 2 * MiB;
constexpr std::int64_t window_bytes = 32 * MiB;

lt::settings_pack settings(bool utp) {
  using S = lt::settings_pack;
  auto pack = support::loopback_settings({support::own_address(), 0}, true, utp);
  pack.set_int(S::whole_pieces_threshold, 0);
  pack.set_int(S::initial_picker_threshold, 0);
  pack.set_int(S::torrent_connect_boost, 200);
  pack.set_int(S::max_queued_disk_bytes, 64 * 1024 * 1024);
  pack.set_int(S::mixed_mode_algorithm, S::prefer_tcp);
  for (auto const off : {S::close_redundant_connections, S::auto_sequential}) pack.set_bool(off, false);
  for (auto const on : {S::announce_to_all_trackers, S::announce_to_all_tiers}) pack.set_bool(on, true);
  pack.set_int(S::alert_mask, lt::alert_category::error | lt::alert_category::status | lt::alert_category::storage |
                                  lt::alert_category::piece_progress);
  return pack;
}

/// The session's only torrent; its pieces as they come.
class StockPlayer final : public Player {
 public:
  StockPlayer(lt::session& session, lt::torrent_handle const& torrent) : session_(session), torrent_(torrent) {}
  ~StockPlayer() override {
    if (info_) torrent_.prioritize_pieces(std::vector(pieces(), lt::dont_download));
  }

  void seek(std::int64_t position) override {
    position_ = position;
    if (position > 0) torrent_.unset_flags(lt::torrent_flags::sequential_download);
    if (info_) steer(true);
  }

  std::size_t read(std::span<std::byte> into) override {
    wait([this] { return (info_ = torrent_.torrent_file()) != nullptr; });
    if (steered_ != position_ / length()) steer(steered_ < 0);
    int const piece = static_cast<int>(position_ / length());
    if (held_ != piece) fetch(piece);
    auto const from = static_cast<std::size_t>(position_ % length());
    auto const count = std::min(into.size(), bytes_.size() - from);
    std::memcpy(into.data(), bytes_.data() + from, count);
    position_ += static_cast<std::int64_t>(count);
    return count;
  }

 private:
  [[nodiscard]] int length() const { return info_->piece_length(); }
  [[nodiscard]] std::size_t pieces() const { return static_cast<std::size_t>(info_->num_pieces()); }

  void steer(bool jump) {
    steered_ = position_ / length();
    auto const last_hot = (position_ + hot_bytes - 1) / length();
    std::vector priorities(pieces(), lt::dont_download);
    for (auto piece = steered_; piece * length() < std::min(position_ + window_bytes, info_->total_size()); ++piece)
      priorities[static_cast<std::size_t>(piece)] = piece <= last_hot ? lt::top_priority
                                                    : piece * length() < position_ + hot_bytes + near_bytes
                                                        ? lt::download_priority_t{6}
                                                        : lt::default_priority;
    if (jump) torrent_.clear_piece_deadlines();
    torrent_.prioritize_pieces(priorities);
    if (jump) torrent_.set_piece_deadline(lt::piece_index_t(static_cast<int>(steered_)), 0);
  }

  void fetch(int piece) {
    lt::piece_index_t const index(piece);
    // Who stands still wants this piece from whoever has it: libtorrent asks others for late blocks by a deadline only.
    if (!wait([&] { return torrent_.have_piece(index); }, 1s)) {
      torrent_.set_piece_deadline(index, 0);
      wait([&] { return torrent_.have_piece(index); });
    }
    torrent_.read_piece(index);
    held_ = -1;
    wait([&] { return held_ == piece; });
  }

  template <class Condition>
  void wait(Condition condition) {
    if (!wait(condition, 30s)) throw std::runtime_error("a stock libtorrent gets nothing for half a minute");
  }
  template <class Condition>
  bool wait(Condition condition, std::chrono::seconds patience) {
    for (auto const start = Clock::now(); !condition();) {
      if (Clock::now() - start > patience) return false;
      session_.wait_for_alert(5ms);
      std::vector<lt::alert*> alerts;
      session_.pop_alerts(&alerts);
      for (auto const* alert : alerts)
        if (auto const* read = lt::alert_cast<lt::read_piece_alert>(alert); read && !read->error) {
          held_ = static_cast<int>(read->piece);
          bytes_.assign(read->buffer.get(), read->buffer.get() + read->size);
        }
    }
    return true;
  }

  lt::session& session_;
  lt::torrent_handle torrent_;
  std::shared_ptr<lt::torrent_info const> info_;
  std::int64_t position_ = 0;
  std::int64_t steered_ = -1;  // the piece for which priorities were set last
  int held_ = -1;
  std::vector<char> bytes_;  // of it
};

class StockClient final : public Client {
 public:
  explicit StockClient(bool utp) : session_(lt::session_params(settings(utp))) {}
  std::unique_ptr<Player> open(std::string const& magnet, int) override {
    if (!torrent_.is_valid()) {
      auto add = lt::parse_magnet_uri(magnet);
      add.save_path = folder_.str();
      add.flags &= ~(lt::torrent_flags::paused | lt::torrent_flags::auto_managed);
      add.flags |= lt::torrent_flags::sequential_download;  // until the first jump
      torrent_ = session_.add_torrent(std::move(add));
    }
    return std::make_unique<StockPlayer>(session_, torrent_);
  }

 private:
  support::TempDir folder_{"stock"};
  lt::session session_;
  lt::torrent_handle torrent_;
};

}  // namespace

std::unique_ptr<Client> start_stock(bool utp) { return std::make_unique<StockClient>(utp); }

}  // namespace bench
