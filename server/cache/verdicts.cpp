// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cache/verdicts.hpp"

#include <glib.h>

#include <fstream>
#include <sstream>

namespace cache {
namespace {

/// More than anybody puts into folders; of files that are gone nobody tells.
constexpr std::size_t most = 100'000;

}  // namespace

Identity identity_of(struct stat const& found) {
  return {found.st_dev, found.st_ino, found.st_size,
          found.st_mtim.tv_sec * std::int64_t{1'000'000'000} + found.st_mtim.tv_nsec};
}

std::string Identity::text() const {
  std::ostringstream text;
  text << device << ' ' << inode << ' ' << size << ' ' << modified;
  // Clients see it, and numbers of disks are none of their business.
  g_autofree char* digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text.str().c_str(), -1);
  return std::string(digest, 16);
}

Verdicts::Verdicts(std::string path) : path_(std::move(path)) {
  std::ifstream in(path_);
  std::string hash, verdict;
  for (Identity at; in >> hash >> at.device >> at.inode >> at.size >> at.modified >> verdict;)
    known_[{hash, at}] = verdict == "right" ? Verdict::right : Verdict::wrong;
}

Verdict Verdicts::of(std::string const& info_hash, Identity const& identity) const {
  auto const found = known_.find({info_hash, identity});
  return found == known_.end() ? Verdict::unknown : found->second;
}

void Verdicts::remember(std::string const& info_hash, Identity const& identity, Verdict verdict) {
  if (known_.size() >= most) known_.clear();
  known_[{info_hash, identity}] = verdict;
  write();
}

void Verdicts::write() const {
  if (path_.empty()) return;
  std::ostringstream out;
  for (auto const& [what, verdict] : known_)
    out << what.first << ' ' << what.second.device << ' ' << what.second.inode << ' ' << what.second.size << ' '
        << what.second.modified << ' ' << (verdict == Verdict::right ? "right" : "wrong") << '\n';
  auto const text = out.str();
  g_autoptr(GError) error = nullptr;
  if (!g_file_set_contents(path_.c_str(), text.data(), static_cast<gssize>(text.size()), &error))
    g_info("What was found out about files can't be kept: %s", error->message);
}

}  // namespace cache
