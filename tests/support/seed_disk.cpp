// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/seed_disk.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <libtorrent/add_torrent_params.hpp>
#include <libtorrent/disk_buffer_holder.hpp>
#include <libtorrent/error_code.hpp>
#include <libtorrent/file_storage.hpp>
#include <libtorrent/hasher.hpp>
#include <libtorrent/operations.hpp>
#include <libtorrent/peer_request.hpp>
#include <libtorrent/storage_defs.hpp>

#include <algorithm>
#include <string>

namespace support {

bool Corruption::hits(int piece, int block, int blocks_per_piece) const {
  if (pieces.contains(piece)) return true;
  auto const n = static_cast<std::int64_t>(piece) * blocks_per_piece + block - first;
  return every > 0 && n >= 0 && n % every == 0;
}

void Conduct::set_corruption(Corruption corruption) {
  std::lock_guard lock(mutex_);
  corruption_ = std::move(corruption);
}

void Conduct::set_block_delay(std::chrono::milliseconds delay) {
  std::lock_guard lock(mutex_);
  delay_ = delay;
}

void Conduct::set_budget(std::int64_t bytes) {
  std::lock_guard lock(mutex_);
  budget_ = bytes;
  retry_held();
}

void Conduct::set_closing(bool closing) {
  std::lock_guard lock(mutex_);
  closing_ = closing;
  retry_held();
}

/// With the mutex held. A retry only posts to the io_context of a session that lives: the seeder closes the conduct
/// before it ends its session, and then nothing is held any more.
void Conduct::retry_held() {
  for (auto const& retry : std::exchange(held_, {})) retry();
}

std::int64_t Conduct::served() const {
  std::lock_guard lock(mutex_);
  return served_;
}

std::map<std::pair<int, int>, int> Conduct::blocks() const {
  std::lock_guard lock(mutex_);
  return blocks_;
}

std::size_t Conduct::held() const {
  std::lock_guard lock(mutex_);
  return held_.size();
}

Conduct::Answer Conduct::ask(int piece, int block, int blocks_per_piece, int size, std::function<void()> const& retry) {
  std::lock_guard lock(mutex_);
  if (closing_) return {.fail = true};
  if (budget_ == 0) {
    held_.push_back(retry);
    return {.hold = true};
  }
  if (budget_ > 0) budget_ = std::max<std::int64_t>(0, budget_ - size);
  served_ += size;
  ++blocks_[{piece, block}];
  return {.corrupt = corruption_.hits(piece, block, blocks_per_piece), .delay = delay_};
}

/// Everything happens on the session's network thread, at once: the bytes come from memory, arithmetic or the page
/// cache, and a seeder has nothing else to do.
class SeedDisk final : public lt::disk_interface, lt::buffer_allocator_interface {
 public:
  SeedDisk(lt::io_context& io, MadeTorrent const& torrent, std::shared_ptr<Conduct> conduct)
      : io_(io), torrent_(torrent), conduct_(std::move(conduct)) {}

  lt::storage_holder new_torrent(lt::storage_params const& params, std::shared_ptr<void> const&) override {
    files_ = &params.files;
    return {lt::storage_index_t(0), *this};
  }
  void remove_torrent(lt::storage_index_t) override {}

  using ReadHandler = std::function<void(lt::disk_buffer_holder, lt::storage_error const&)>;
  void async_read(lt::storage_index_t, lt::peer_request const& request, ReadHandler handler,
                  lt::disk_job_flags_t) override {
    read(request, std::make_shared<ReadHandler>(std::move(handler)));
  }

  bool async_write(lt::storage_index_t, lt::peer_request const&, char const*, std::shared_ptr<lt::disk_observer>,
                   std::function<void(lt::storage_error const&)> handler, lt::disk_job_flags_t) override {
    lt::storage_error error;
    error.ec = lt::error_code(boost::system::errc::read_only_file_system, boost::system::generic_category());
    error.operation = lt::operation_t::file_write;
    post([handler = std::move(handler), error] { handler(error); });
    return false;
  }

  using HashHandler = std::function<void(lt::piece_index_t, lt::sha1_hash const&, lt::storage_error const&)>;
  void async_hash(lt::storage_index_t, lt::piece_index_t piece, lt::span<lt::sha256_hash> v2, lt::disk_job_flags_t,
                  HashHandler handler) override {
    auto const data = bytes(piece, 0, files_->piece_size(piece));
    if (!v2.empty()) {
      int const size = files_->piece_size2(piece);
      for (int block = 0; block < files_->blocks_in_piece2(piece); ++block) {
        int const start = block * swarm::block_bytes;
        v2[block] = lt::hasher256(data.data() + start, std::min(swarm::block_bytes, size - start)).final();
      }
    }
    auto const v1 = lt::hasher(data.data(), static_cast<int>(data.size())).final();
    post([handler = std::move(handler), piece, v1] { handler(piece, v1, {}); });
  }

  void async_hash2(
      lt::storage_index_t, lt::piece_index_t piece, int offset, lt::disk_job_flags_t,
      std::function<void(lt::piece_index_t, lt::sha256_hash const&, lt::storage_error const&)> handler) override {
    auto const data = bytes(piece, offset, std::min(swarm::block_bytes, files_->piece_size2(piece) - offset));
    auto const hash = lt::hasher256(data.data(), static_cast<int>(data.size())).final();
    post([handler = std::move(handler), piece, hash] { handler(piece, hash, {}); });
  }

  void async_move_storage(
      lt::storage_index_t, std::string path, lt::move_flags_t,
      std::function<void(lt::status_t, std::string const&, lt::storage_error const&)> handler) override {
    post([handler = std::move(handler), path = std::move(path)] { handler(lt::status_t::no_error, path, {}); });
  }
  void async_release_files(lt::storage_index_t, std::function<void()> handler) override { post(std::move(handler)); }
  void async_stop_torrent(lt::storage_index_t, std::function<void()> handler) override { post(std::move(handler)); }

  /// What the parameters say it has, it has: nothing is hashed.
  void async_check_files(lt::storage_index_t, lt::add_torrent_params const*,
                         lt::aux::vector<std::string, lt::file_index_t>,
                         std::function<void(lt::status_t, lt::storage_error const&)> handler) override {
    post([handler = std::move(handler)] { handler(lt::status_t::no_error, {}); });
  }
  void async_rename_file(
      lt::storage_index_t, lt::file_index_t index, std::string name,
      std::function<void(std::string const&, lt::file_index_t, lt::storage_error const&)> handler) override {
    post([handler = std::move(handler), index, name = std::move(name)] { handler(name, index, {}); });
  }
  void async_delete_files(lt::storage_index_t, lt::remove_flags_t,
                          std::function<void(lt::storage_error const&)> handler) override {
    post([handler = std::move(handler)] { handler({}); });
  }
  using Priorities = lt::aux::vector<lt::download_priority_t, lt::file_index_t>;
  void async_set_file_priority(lt::storage_index_t, Priorities priorities,
                               std::function<void(lt::storage_error const&, Priorities)> handler) override {
    post([handler = std::move(handler), priorities = std::move(priorities)] { handler({}, priorities); });
  }
  void async_clear_piece(lt::storage_index_t, lt::piece_index_t piece,
                         std::function<void(lt::piece_index_t)> handler) override {
    post([handler = std::move(handler), piece] { handler(piece); });
  }

  void update_stats_counters(lt::counters&) const override {}
  std::vector<lt::open_file_state> get_status(lt::storage_index_t) const override { return {}; }
  void abort(bool) override {}
  void submit_jobs() override {}
  void settings_updated() override {}

 private:
  void free_disk_buffer(char* buffer) override { delete[] buffer; }

  template <class Function>
  void post(Function function) {
    boost::asio::post(io_, [function = std::move(function)]() mutable {
      if constexpr (requires { static_cast<bool>(function); }) {
        if (!function) return;
      }
      function();
    });
  }

  std::vector<char> bytes(lt::piece_index_t piece, int start, int size) const {
    std::vector<char> result(static_cast<std::size_t>(size));
    torrent_.read(static_cast<std::int64_t>(static_cast<int>(piece)) * files_->piece_length() + start,
                  std::as_writable_bytes(std::span(result)));
    return result;
  }

  void read(lt::peer_request const& request, std::shared_ptr<ReadHandler> handler) {
    auto const again = [this, request, handler] { post([this, request, handler] { read(request, handler); }); };
    int const blocks = (files_->piece_length() + swarm::block_bytes - 1) / swarm::block_bytes;
    auto const answer = conduct_->ask(static_cast<int>(request.piece), request.start / swarm::block_bytes, blocks,
                                      request.length, again);
    if (answer.hold) return;
    if (answer.fail) {
      lt::storage_error error;
      error.ec = lt::error_code(boost::system::errc::operation_canceled, boost::system::generic_category());
      error.operation = lt::operation_t::file_read;
      return post([handler, error] { (*handler)({}, error); });
    }
    auto const give = [this, request, handler, corrupt = answer.corrupt] {
      auto* buffer = new char[static_cast<std::size_t>(request.length)];
      lt::disk_buffer_holder holder(*this, buffer, request.length);
      auto const data = bytes(request.piece, request.start, request.length);
      std::copy(data.begin(), data.end(), buffer);
      if (corrupt) buffer[request.length / 2] = static_cast<char>(buffer[request.length / 2] ^ 0x55);
      (*handler)(std::move(holder), {});
    };
    if (answer.delay.count() == 0) return post(give);
    auto timer = std::make_shared<boost::asio::steady_timer>(io_, answer.delay);
    timer->async_wait([timer, give](boost::system::error_code const&) { give(); });
  }

  lt::io_context& io_;
  MadeTorrent torrent_;
  std::shared_ptr<Conduct> conduct_;
  lt::file_storage const* files_ = nullptr;
};

std::unique_ptr<lt::disk_interface> make_seed_disk(lt::io_context& io, MadeTorrent const& torrent,
                                                   std::shared_ptr<Conduct> conduct) {
  return std::make_unique<SeedDisk>(io, torrent, std::move(conduct));
}

}  // namespace support
