// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cache/populated_folder.hpp"

#include "cache/fresh.hpp"
#include "cache/populated.hpp"
#include "swarm/catalog.hpp"

#include <glib.h>

#include <filesystem>
#include <future>
#include <map>

namespace cache {

/// What its thread knows of the folder.
struct PopulatedFolder::Names {
  std::string const path;
  std::atomic<bool> mute = false;
  std::int64_t changed = -1;  ///< its mtime when its names were read, ns
  bool fresh = false;         ///< then it may have changed again without a new mtime
  std::multimap<std::string, std::string, std::less<>> by_hash{};  ///< of films

  void read();
  [[nodiscard]] std::vector<Entry> look(std::vector<std::string> const& info_hashes);
};

struct PopulatedFolder::Question {
  std::shared_ptr<Names> names;
  std::vector<std::string> info_hashes;
  std::promise<std::vector<Entry>> answer;
};

/// A folder's mtime says whether a name came or went. (No inotify: it does not hear of what others do in a network's
/// folder.)
void PopulatedFolder::Names::read() {
  struct stat at {};
  if (stat(path.c_str(), &at) != 0) {
    by_hash.clear();
    changed = -1;
    return;
  }
  auto const modified = nanoseconds(at.st_mtim);
  if (modified == changed && !fresh) return;
  changed = modified;
  fresh = is_fresh(modified);
  by_hash.clear();
  std::error_code error;
  for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) {
    auto const name = entry->path().filename().string();
    if (swarm::media_kind(name) != swarm::MediaKind::video) continue;
    for (auto const& hash : hashes_in(name)) by_hash.emplace(hash, name);
  }
}

std::vector<PopulatedFolder::Entry> PopulatedFolder::Names::look(std::vector<std::string> const& info_hashes) {
  read();
  std::vector<Entry> entries;
  auto const add = [&](auto const& name) {
    Entry entry{name.first, name.second, path + '/' + name.second};
    // Not through a link, which may lead anywhere, and no pipe.
    if (lstat(entry.path.c_str(), &entry.at) == 0 && S_ISREG(entry.at.st_mode)) entries.push_back(std::move(entry));
  };
  if (info_hashes.empty())
    for (auto const& name : by_hash) add(name);
  for (auto const& hash : info_hashes) {
    auto const [begin, end] = by_hash.equal_range(hash);
    for (auto name = begin; name != end; ++name) add(*name);
  }
  return entries;
}

PopulatedFolder::PopulatedFolder(std::string path) : names_(new Names{.path = std::move(path)}) {
  auto const work = [](gpointer data, gpointer) {
    std::unique_ptr<Question> const question(static_cast<Question*>(data));
    auto& names = *question->names;
    question->answer.set_value(names.look(question->info_hashes));
    if (names.mute.exchange(false)) g_info("%s answers again", names.path.c_str());
  };
  thread_ = g_thread_pool_new(work, nullptr, 1, FALSE, nullptr);
}

PopulatedFolder::~PopulatedFolder() { g_thread_pool_free(thread_, FALSE, FALSE); }

PopulatedFolder::Entries PopulatedFolder::look(std::vector<std::string> const& info_hashes,
                                               std::chrono::milliseconds patience) {
  if (names_->mute) return std::nullopt;
  std::unique_ptr<Question> question(new Question{names_, info_hashes, {}});
  auto answer = question->answer.get_future();
  g_thread_pool_push(thread_, question.release(), nullptr);
  if (answer.wait_for(patience) == std::future_status::ready) return answer.get();
  if (!names_->mute.exchange(true))
    g_warning("%s does not answer: films in it are not served until it does.", names_->path.c_str());
  return std::nullopt;
}

}  // namespace cache
