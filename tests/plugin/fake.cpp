// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fake.hpp"

#include <utility>

namespace tests {

using support::Script;

FakeTorrent::FakeTorrent(std::shared_ptr<Script> script) : script_(std::move(script)) {}

void FakeTorrent::tell() {
  std::vector<std::shared_ptr<Watched>> watched;
  {
    std::lock_guard lock(mutex_);
    for (auto const& weak : watches_)
      if (auto one = weak.lock()) watched.push_back(std::move(one));
  }
  for (auto const& one : watched) {
    std::lock_guard lock(one->mutex);
    if (one->changed) one->changed();
  }
}

void FakeTorrent::set_status(swarm::TorrentStatus status) {
  {
    std::lock_guard lock(mutex_);
    status_ = std::move(status);
  }
  tell();
}

void FakeTorrent::set_metadata(bool known) {
  {
    std::lock_guard lock(mutex_);
    metadata_known_ = known;
  }
  script_->set_metadata(known);
  tell();
}

FakeTorrent::Asked FakeTorrent::asked() const {
  std::lock_guard lock(mutex_);
  return asked_;
}

std::shared_ptr<swarm::Metadata const> FakeTorrent::metadata() const {
  std::lock_guard lock(mutex_);
  if (!metadata_known_) return nullptr;
  auto metadata = std::make_shared<swarm::Metadata>();
  metadata->hash = hash();
  metadata->name = name();
  metadata->layout = swarm::Layout({{name(), 0, script_->content().size, false}}, 256 * 1024);
  return metadata;
}

swarm::TorrentStatus FakeTorrent::status() const {
  std::lock_guard lock(mutex_);
  return status_;
}

std::unique_ptr<swarm::Reader> FakeTorrent::open(swarm::FileChoice const& choice, swarm::ReaderOptions const& options) {
  std::lock_guard lock(mutex_);
  asked_.choice = choice;
  asked_.options = options;
  return std::make_unique<support::ScriptedReader>(script_, options);
}

void FakeTorrent::set_keep(std::optional<swarm::FileChoice> choice) {
  std::lock_guard lock(mutex_);
  keep_ = std::move(choice);
}

std::optional<swarm::FileChoice> FakeTorrent::keep() const {
  std::lock_guard lock(mutex_);
  return keep_;
}

void FakeTorrent::set_rest(swarm::Rest rest) { set_paused(rest != swarm::Rest::none); }

void FakeTorrent::set_paused(bool paused) {
  std::lock_guard lock(mutex_);
  asked_.paused = paused;
}

void FakeTorrent::set_limits(int download, int upload) {
  std::lock_guard lock(mutex_);
  asked_.download_limit = status_.download_limit = download;
  asked_.upload_limit = status_.upload_limit = upload;
}

swarm::Torrent::Watch FakeTorrent::watch(std::function<void()> changed) {
  auto watched = std::make_shared<Watched>();
  watched->changed = std::move(changed);
  std::lock_guard lock(mutex_);
  watches_.push_back(watched);
  // Dropping the token waits for a call under way and prevents later ones.
  return {watched.get(), [watched](void*) {
            std::lock_guard lock(watched->mutex);
            watched->changed = nullptr;
          }};
}

std::vector<swarm::Locator> FakeSession::added() const {
  std::lock_guard lock(mutex_);
  return added_;
}

void FakeSession::refuse(swarm::Error error) {
  std::lock_guard lock(mutex_);
  refusal_ = std::move(error);
}

std::shared_ptr<swarm::Torrent> FakeSession::add(swarm::Locator const& locator, swarm::AddOptions const&) {
  std::lock_guard lock(mutex_);
  if (refusal_) throw *refusal_;
  added_.push_back(locator);
  return torrent_;
}

Fake::Fake(support::Content content, bool ready)
    : script(std::make_shared<Script>(std::move(content), ready)),
      torrent(std::make_shared<FakeTorrent>(script)),
      session(std::make_shared<FakeSession>(torrent)) {
  auto object = glib::Ref<GstTorrentSession>::adopt(context::wrap(session));
  context = glib::Ref<GstContext>::adopt(gst_torrent_session_new_context(object.get()));
}

}  // namespace tests
