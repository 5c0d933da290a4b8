// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/verification.hpp"

#include "api/opening.hpp"
#include "swarm/catalog.hpp"

#include <glib.h>

#include <sys/stat.h>

namespace api {
namespace {

using cache::Verdict;

/// nullopt: nothing is known of the torrent, or the file can't be told from others.
std::optional<Verdict> verdict_of(cache::PopulatedFile const& file, swarm::Session const& session,
                                  std::stop_token const& stop) {
  auto const torrent = session.find(*swarm::InfoHash::parse(file.info_hash));
  auto const metadata = torrent ? torrent->metadata() : nullptr;
  if (!metadata) return {};
  auto const index = standing_for(metadata->layout, file.identity.size);
  if (!index) return Verdict::wrong;
  auto const same = torrent->matches(*index, file.path, stop);
  if (!same) return {};
  return *same ? Verdict::right : Verdict::wrong;
}

/// What is here need not come from the swarm.
void end_download(cache::PopulatedFile const& file, swarm::Session const& session) {
  auto const torrent = session.find(*swarm::InfoHash::parse(file.info_hash));
  auto const metadata = torrent ? torrent->metadata() : nullptr;
  auto const keep = torrent ? torrent->keep() : std::nullopt;
  if (metadata && keep &&
      swarm::find_file(metadata->layout, *keep) == standing_for(metadata->layout, file.identity.size))
    torrent->set_keep(std::nullopt);
}

}  // namespace

void verify_populated(cache::Populated& populated, swarm::Session const& session, std::stop_token const& stop) {
  for (auto const& file : populated.all()) {
    if (stop.stop_requested()) return;
    if (file.verdict != Verdict::unknown) continue;
    auto const verdict = verdict_of(file, session, stop);
    struct stat now {};
    if (!verdict || lstat(file.path.c_str(), &now) != 0 || cache::identity_of(now) != file.identity) continue;
    populated.judge(file, *verdict);
    if (*verdict == Verdict::right) {
      g_info("%s is what its name says", file.name.c_str());
      end_download(file, session);
    } else {
      g_warning("%s is not the film of torrent %s, by size or hashes: it is not served. Remove it, or name it right.",
                file.name.c_str(), file.info_hash.c_str());
    }
  }
}

}  // namespace api
