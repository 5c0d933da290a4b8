// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/outside_file.hpp"

#include "swarm/catalog.hpp"

#include <utility>

namespace api {
namespace {

std::shared_ptr<swarm::Metadata const> only_file(swarm::InfoHash const& hash, OutsideFile::Source const& source) {
  constexpr std::int64_t any_piece = 1 << 20;
  return std::make_shared<swarm::Metadata>(
      swarm::Metadata{hash, source.name, swarm::Layout({{source.name, 0, source.size}}, any_piece)});
}

}  // namespace

OutsideFile::OutsideFile(swarm::InfoHash const& hash, Source source)
    : metadata_(only_file(hash, source)), file_(0), source_(std::move(source)) {}

OutsideFile::OutsideFile(std::shared_ptr<swarm::Torrent> torrent, int file, Source source)
    : torrent_(std::move(torrent)), metadata_(torrent_->metadata()), file_(file), source_(std::move(source)) {}

OutsideFile::Source const* OutsideFile::of(swarm::Torrent const& torrent, int file) {
  auto const* outside = dynamic_cast<OutsideFile const*>(&torrent);
  return outside && outside->file_ == file ? &outside->source_ : nullptr;
}

swarm::TorrentStatus OutsideFile::status() const {
  swarm::TorrentStatus status;
  if (torrent_) {
    status = torrent_->status();
    auto const keep = torrent_->keep();
    if (keep && swarm::find_file(metadata_->layout, *keep) != file_) return status;
  }
  status.state = swarm::TorrentStatus::State::complete;
  status.wanted = status.wanted_done = source_.size;
  return status;
}

// What is outside can be read whatever becomes of the torrent.
void OutsideFile::check() const {}

std::unique_ptr<swarm::Reader> OutsideFile::open(swarm::FileChoice const& choice, swarm::ReaderOptions const& options) {
  if (swarm::choose_file(metadata_->layout, choice) == file_) return source_.open(file_);
  return torrent_->open(choice, options);
}

std::vector<swarm::ByteRange> OutsideFile::available(int file) const {
  if (file == file_) return {{0, source_.size}};
  return torrent_ ? torrent_->available(file) : std::vector<swarm::ByteRange>{};
}

std::int64_t OutsideFile::downloaded(int file) const {
  if (file == file_) return source_.size;
  return torrent_ ? torrent_->downloaded(file) : 0;
}

std::string OutsideFile::path_on_disk(int file) const {
  if (file == file_) return source_.path;
  return torrent_ ? torrent_->path_on_disk(file) : std::string();
}

std::vector<bool> OutsideFile::verified_pieces() const {
  if (torrent_) return torrent_->verified_pieces();
  return std::vector<bool>(static_cast<std::size_t>(metadata_->layout.piece_count()), source_.verified);
}

std::vector<swarm::ReadingPlace> OutsideFile::reading_places() const {
  return torrent_ ? torrent_->reading_places() : std::vector<swarm::ReadingPlace>{};
}

void OutsideFile::set_keep(std::optional<swarm::FileChoice> choice) {
  if (torrent_) torrent_->set_keep(std::move(choice));
}
std::optional<swarm::FileChoice> OutsideFile::keep() const { return torrent_ ? torrent_->keep() : std::nullopt; }
void OutsideFile::set_paused(bool paused) {
  if (torrent_) torrent_->set_paused(paused);
}
void OutsideFile::set_rest(swarm::Rest rest) {
  if (torrent_) torrent_->set_rest(rest);
}
void OutsideFile::set_limits(int download, int upload) {
  if (torrent_) torrent_->set_limits(download, upload);
}
void OutsideFile::look_for_peers() {
  if (torrent_) torrent_->look_for_peers();
}
void OutsideFile::add_sources(swarm::Locator const& more) {
  if (torrent_) torrent_->add_sources(more);
}
std::vector<int> OutsideFile::files_in_use() const { return torrent_ ? torrent_->files_in_use() : std::vector<int>{}; }
void OutsideFile::evict(int file, std::function<void(std::string const& error)> done) {
  if (torrent_ && file != file_) return torrent_->evict(file, std::move(done));
  done("It is not ours.");
}
std::optional<bool> OutsideFile::matches(int file, std::string const& path, std::stop_token stop) const {
  return torrent_ ? torrent_->matches(file, path, std::move(stop)) : std::nullopt;
}
int OutsideFile::readers() const { return torrent_ ? torrent_->readers() : 0; }
std::chrono::steady_clock::time_point OutsideFile::last_used() const {
  return torrent_ ? torrent_->last_used() : std::chrono::steady_clock::time_point{};
}
swarm::Torrent::Watch OutsideFile::watch(std::function<void()> changed) {
  return torrent_ ? torrent_->watch(std::move(changed)) : nullptr;
}

}  // namespace api
