// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/names_cost.hpp"

#include "swarm/error.hpp"
#include "swarm/limits.hpp"

#include <libtorrent/bdecode.hpp>
#include <libtorrent/torrent_info.hpp>

#include <string>
#include <unordered_map>
#include <unordered_set>

namespace swarm {

namespace {

[[noreturn]] void refuse(char const* what) { throw Error(Errc::bad_metadata, what); }

/// Adds up what the files' names will cost.
class Names {
 public:
  Names(std::size_t root_bytes, bool pads) : root_bytes_(root_bytes), pads_(pads) {}

  /// Every file counts the whole folder's name: libtorrent makes and compares it for each.
  void add(std::string const& folder, std::size_t name_bytes) {
    if (++files_ > max_files) refuse("The torrent has more than 100000 files.");
    bytes_ += root_bytes_ + folder.size() + name_bytes + 2;
    if (bytes_ > max_name_bytes) refuse("The names of the torrent's files are too long.");
    // file_storage::get_or_add_path compares with all folders from the newest to the one looked for. In v2 most
    // files are padded, and look for the folder `.pad`, which is among the oldest.
    auto const [place, added] = folders_.try_emplace(folder, folders_.size());
    auto const compared = added ? folders_.size() : folders_.size() - place->second;
    steps_ += compared * (1 + folder.size() / 16) + (pads_ ? folders_.size() : 0);
    if (steps_ > most_steps) refuse("The torrent spreads its files over too many folders.");
  }

 private:
  static constexpr std::size_t most_steps = 150'000'000;  // some tenths of a second
  std::size_t root_bytes_;
  bool pads_;
  int files_ = 0;
  std::size_t bytes_ = 0;
  std::size_t steps_ = 0;
  std::unordered_map<std::string, std::size_t> folders_;
};

void add_list(lt::bdecode_node const& files, Names& names) {
  for (int i = 0; i < files.list_size(); ++i) {
    auto const file = files.list_at(i);
    if (file.type() != lt::bdecode_node::dict_t) return;  // refused later, with its reason
    auto path = file.dict_find_list("path.utf-8");
    if (!path) path = file.dict_find_list("path");
    std::string folder;
    std::size_t last = 0;
    int const size = path ? path.list_size() : 0;
    if (size > max_folder_depth) refuse("The folders of the torrent are nested too deep.");
    for (int part = 0; part < size; ++part) {
      auto const name = path.list_string_value_at(part);
      if (part + 1 == size)
        last = name.size();
      else
        folder.append(name.data(), name.size()).push_back('/');
    }
    names.add(folder, last);
  }
}

void add_tree(lt::bdecode_node const& tree, std::string const& folder, int depth, Names& names) {
  if (depth > max_folder_depth) refuse("The folders of the torrent are nested too deep.");
  for (int i = 0; i < tree.dict_size(); ++i) {
    auto const [name, node] = tree.dict_at(i);
    if (node.type() != lt::bdecode_node::dict_t) return;  // refused later, with its reason
    if (node.dict_size() == 1 && node.dict_at(0).first.empty())
      names.add(folder, name.size());
    else
      add_tree(node, folder + std::string(name.data(), name.size()) + '/', depth + 1, names);
  }
}

}  // namespace

void check_names(lt::bdecode_node const& info) {
  auto const root_bytes = static_cast<std::size_t>(info.dict_find_string_value("name").size());
  Names listed(root_bytes, false);
  if (auto const files = info.dict_find_list("files")) add_list(files, listed);
  Names in_tree(root_bytes, true);
  if (auto const tree = info.dict_find_dict("file tree")) add_tree(tree, {}, 0, in_tree);
}

void check_equal_names(lt::torrent_info const& torrent) {
  auto const& files = torrent.orig_files();
  std::unordered_set<std::uint32_t> folders;
  files.all_path_hashes(folders);
  struct Group {
    int files = 0;
    std::int64_t padding = -1;  ///< size, if all are padding of one size: those may share a name
  };
  std::unordered_map<std::uint32_t, Group> groups;
  std::size_t bytes = 0;
  for (auto const i : files.file_range()) {
    auto const hash = files.file_path_hash(i, {});
    bool const padding = bool(files.file_flags(i) & lt::file_storage::flag_pad_file);
    auto const size = padding ? files.file_size(i) : -1;
    auto const [group, first] = groups.try_emplace(hash, Group{0, size});
    ++group->second.files;
    if (group->second.padding != size || folders.contains(hash)) group->second.padding = -1;
    bytes += files.file_path(i).size() + 100;  // as much as a look-up costs beside the name
  }

  std::size_t equal = 0;
  for (auto const& [hash, group] : groups)
    if (group.padding < 0 && (group.files > 1 || folders.contains(hash)))
      equal += static_cast<std::size_t>(group.files);
  constexpr std::size_t most_steps = 100'000'000;  // some tenths of a second
  if (equal != 0 && bytes > most_steps / equal) refuse("Too many files of the torrent have the same name.");
}

}  // namespace swarm
