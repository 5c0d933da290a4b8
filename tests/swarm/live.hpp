// SPDX-License-Identifier: LGPL-2.1-or-later
// A session of ours that downloads from a loopback swarm.
#pragma once

#include "support/eventually.hpp"
#include "support/loopback.hpp"
#include "support/made_torrent.hpp"
#include "support/payload.hpp"
#include "support/swarm.hpp"
#include "support/temp_dir.hpp"
#include "swarm/error.hpp"
#include "swarm/session.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace live {

using namespace std::chrono_literals;
using support::eventually;
using support::KiB;
using support::MiB;

/// Settings that reach nothing but loopback.
inline swarm::Settings settings(support::TempDir const& folder, std::string const& name = "client") {
  swarm::Settings s;
  s.download_path = folder / (name + "/files");
  s.state_path = folder / (name + "/state");
  s.listen = support::own_address() + ":0";
  s.dht = s.lsd = s.port_mapping = false;
  s.inject_trackers = false;
  return s;
}

/// Reads `size` bytes from where the reader is, by reads of at most `step` bytes.
inline std::string read(swarm::Reader& reader, std::size_t size, std::size_t step = 64 * 1024) {
  std::string bytes(size, '\0');
  std::size_t done = 0;
  while (done < size) {
    auto const result =
        reader.read(std::as_writable_bytes(std::span(bytes)).subspan(done, std::min(step, size - done)));
    if (result.outcome != swarm::Reader::Outcome::bytes) break;
    done += result.size;
  }
  bytes.resize(done);
  return bytes;
}

inline std::string read_at(swarm::Reader& reader, std::int64_t position, std::size_t size) {
  reader.seek(position);
  return read(reader, size);
}

/// The code of the Error that a read ends with; nullopt if it ends otherwise.
inline std::optional<swarm::Errc> failure_of(swarm::Reader& reader, std::string* what = nullptr) {
  try {
    std::byte byte;
    reader.read({&byte, 1});
  } catch (swarm::Error const& error) {
    if (what) *what = error.what();
    return error.code();
  }
  return std::nullopt;
}

class Live : public testing::Test {
 protected:
  std::shared_ptr<swarm::Torrent> add(std::string const& magnet, swarm::AddOptions const& options = {}) {
    if (!session) session = swarm::Session::create(client);
    return session->add(swarm::Locator::parse(magnet), options);
  }

  support::TempDir folder;
  swarm::Settings client = settings(folder);
  std::shared_ptr<swarm::Session> session;
};

}  // namespace live
