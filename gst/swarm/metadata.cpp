// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/metadata.hpp"

#include "swarm/error.hpp"
#include "swarm/limits.hpp"
#include "swarm/torrent.hpp"

#include <libtorrent/torrent_info.hpp>

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace swarm {

namespace {

[[noreturn]] void refuse(std::string const& what) { throw Error(Errc::bad_metadata, what); }

InfoHash info_hash(lt::info_hash_t const& from) {
  InfoHash hash;
  if (from.has_v1()) std::copy(from.v1.begin(), from.v1.end(), hash.v1.emplace().begin());
  if (from.has_v2()) std::copy(from.v2.begin(), from.v2.end(), hash.v2.emplace().begin());
  return hash;
}

/// libtorrent cleans names; a second look, since much hangs on it.
bool stays_inside(std::string_view path) {
  if (path.find('\0') != std::string_view::npos) return false;
  for (int level = 0;; ++level) {
    if (level > max_folder_depth) refuse("The folders of the torrent are nested too deep.");
    auto const end = path.find('/');
    auto const part = path.substr(0, end);
    if (part.empty() || part == "." || part == "..") return false;
    if (end == std::string_view::npos) return true;
    path.remove_prefix(end + 1);
  }
}

/// Names may differ in case alone only where the disk knows the difference, which nobody asks it.
std::string folded(std::string_view path) {
  std::string lower(path);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

/// Gives each path that another file or a folder has already a name of its own: `film.mkv`, `film.1.mkv`.
class Names {
 public:
  explicit Names(std::vector<File> const& files) {
    for (auto const& file : files)
      if (!file.padding) sorted_.push_back(folded(file.path));
    std::sort(sorted_.begin(), sorted_.end());
  }

  std::string unique(std::string path) {
    if (take(path)) return path;
    auto const name = path.rfind('/') + 1;  // npos + 1 = 0
    auto dot = path.rfind('.');
    if (dot == std::string::npos || dot <= name) dot = path.size();
    for (int n = 1;; ++n) {
      if (++renamed_ > most_renamed) refuse("The torrent has thousands of files of the same name.");
      auto other = path.substr(0, dot) + '.' + std::to_string(n) + path.substr(dot);
      if (take(other)) return other;
    }
  }

 private:
  bool take(std::string const& path) {
    auto lower = folded(path);
    auto const inside = lower + '/';
    auto const folder = std::lower_bound(sorted_.begin(), sorted_.end(), inside);
    if (folder != sorted_.end() && folder->starts_with(inside)) return false;
    return taken_.insert(std::move(lower)).second;
  }

  static constexpr int most_renamed = 200'000;
  std::vector<std::string> sorted_;
  std::unordered_set<std::string> taken_;
  int renamed_ = 0;
};

std::vector<File> files(lt::file_storage const& from) {
  std::vector<File> files;
  files.reserve(static_cast<std::size_t>(from.num_files()));
  std::size_t name_bytes = 0;
  for (auto const i : from.file_range()) {
    bool const padding = bool(from.file_flags(i) & lt::file_storage::flag_pad_file);
    files.push_back({from.file_path(i), from.file_offset(i), from.file_size(i), padding});
    auto const& path = files.back().path;
    if (!stays_inside(path)) refuse("A file of the torrent has a name that would lead out of its folder.");
    name_bytes += path.size();
    if (name_bytes > max_name_bytes) refuse("The names of the torrent's files are too long.");
  }

  Names names(files);
  for (auto& file : files)
    if (!file.padding) file.path = names.unique(std::move(file.path));
  return files;
}

}  // namespace

std::shared_ptr<Metadata const> make_metadata(lt::torrent_info const& torrent) {
  // As the info dictionary has them: libtorrent renames in files(), but only those that came in a .torrent.
  auto const& storage = torrent.orig_files();
  if (!torrent.is_valid() || storage.num_files() == 0) refuse("The torrent has no files.");
  if (storage.num_files() > max_files)
    refuse("The torrent has " + std::to_string(storage.num_files()) + " files; at most " + std::to_string(max_files) +
           " are accepted.");
  if (storage.piece_length() > max_piece_length)
    refuse("The torrent's pieces have " + std::to_string(storage.piece_length()) + " bytes; at most " +
           std::to_string(max_piece_length) + " are accepted.");
  if (storage.total_size() <= 0) refuse("All files of the torrent are empty.");
  if (storage.total_size() > max_total_size)
    refuse("The torrent claims " + std::to_string(storage.total_size()) + " bytes, more than any disk has.");

  auto metadata = std::make_shared<Metadata>();
  metadata->hash = info_hash(torrent.info_hashes());
  if (metadata->hash.empty()) refuse("The torrent has no info hash.");
  metadata->name = storage.name();
  metadata->layout = Layout(files(storage), storage.piece_length());
  if (metadata->layout.piece_count() != storage.num_pieces()) refuse("The torrent's files and pieces do not match.");
  metadata->is_private = torrent.priv();
  if (torrent.creation_date() > 0) metadata->creation_date = torrent.creation_date();
  return metadata;
}

}  // namespace swarm
