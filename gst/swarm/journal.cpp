// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/journal.hpp"

#include "swarm/disk_error.hpp"
#include "swarm/file_storage.hpp"

#include <boost/crc.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <map>
#include <unistd.h>

namespace swarm {

namespace {

enum class Kind : std::uint32_t { boot = 0x47544201, verified = 0x47544202, synced = 0x47544203, erased = 0x47544204 };

using BootId = std::array<char, 16>;

/// 32 hex digits; half of them tell boots apart well enough and fit the record.
BootId shortened(std::string const& boot) {
  BootId id{};
  std::memcpy(id.data(), boot.data(), std::min(id.size(), boot.size()));
  return id;
}

}  // namespace

struct Journal::Record {
  std::uint32_t checksum;  // of all that follows
  Kind kind;
  union {
    struct {
      std::uint32_t piece;
      std::uint32_t unused;
      std::int64_t modified;
    } verified;
    BootId boot;
  };

  [[nodiscard]] std::uint32_t sum() const {
    boost::crc_32_type crc;
    crc.process_bytes(&kind, sizeof *this - sizeof checksum);
    return crc.checksum();
  }
};

std::string Journal::boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string text;
  std::getline(file, text);
  text.erase(std::remove(text.begin(), text.end(), '-'), text.end());
  return text;
}

Journal::Loaded Journal::load(std::string const& path, FileStorage const& storage, std::string const& this_boot) {
  static_assert(sizeof(Record) == 24, "records are read and written as they lie in memory");
  std::ifstream file(path, std::ios::binary);
  if (!file) return {};

  auto const pieces = storage.layout().piece_count();
  struct Verified {
    std::int64_t modified;
    bool synced;
  };
  std::map<int, Verified> found;
  bool torn = false;
  BootId boot{};
  auto const now = shortened(this_boot);
  auto distrust_unsynced = [&] {
    if (boot == now) return;
    for (auto& [piece, verified] : found) torn = torn || !verified.synced;
  };
  Record record{};
  while (file.read(reinterpret_cast<char*>(&record), sizeof record)) {
    if (record.checksum != record.sum()) return {{}, true};
    switch (record.kind) {
      case Kind::boot:
        if (record.boot != boot) distrust_unsynced();
        boot = record.boot;
        break;
      case Kind::verified:
        if (record.verified.piece >= static_cast<std::uint32_t>(pieces)) return {{}, true};
        found[static_cast<int>(record.verified.piece)] = {record.verified.modified, false};
        break;
      case Kind::erased:
        found.erase(static_cast<int>(record.verified.piece));
        break;
      case Kind::synced:
        for (auto& [piece, verified] : found) verified.synced = true;
        break;
      default:
        return {{}, true};
    }
  }
  distrust_unsynced();
  if (torn || file.gcount() != 0) return {{}, true};
  if (found.empty()) return {};

  auto const& layout = storage.layout();
  std::map<int, FileStorage::Stamp> stamps;
  Loaded loaded;
  loaded.have.resize(static_cast<std::size_t>(pieces));
  for (auto const& [piece, verified] : found) {
    std::int64_t modified = 0;
    bool stored = false;
    for (auto const& slice : layout.slices(piece, 0, layout.piece_size(piece))) {
      if (layout.file(slice.file).padding) continue;
      auto [at, is_new] = stamps.try_emplace(slice.file);
      if (is_new) at->second = storage.stamp(slice.file);
      if (at->second.size < slice.offset + slice.size) return {{}, true};
      modified = std::max(modified, at->second.modified);
      stored = true;
    }
    if (stored && modified < verified.modified) return {{}, true};
    loaded.have[static_cast<std::size_t>(piece)] = true;
  }
  return loaded;
}

Journal::Journal(std::string path, bool anew) : path_(std::move(path)) {
  fd_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | (anew ? O_TRUNC : 0), 0666);
  if (fd_ < 0) throw disk_error({errno, std::generic_category()}, path_);
  Record record{};
  record.kind = Kind::boot;
  record.boot = shortened(boot_id());
  try {
    write(record);
  } catch (...) {
    ::close(fd_);
    throw;
  }
}

Journal::~Journal() { ::close(fd_); }

void Journal::append(int piece, std::int64_t modified) {
  Record record{};
  record.kind = Kind::verified;
  record.verified = {static_cast<std::uint32_t>(piece), 0, modified};
  write(record);
}

void Journal::erase(std::vector<int> const& pieces) {
  for (int const piece : pieces) {
    Record record{};
    record.kind = Kind::erased;
    record.verified = {static_cast<std::uint32_t>(piece), 0, 0};
    write(record);
  }
  sync();
}

void Journal::mark_synced() {
  Record record{};
  record.kind = Kind::synced;
  write(record);
  sync();
}

void Journal::sync() {
  if (::fdatasync(fd_) != 0) throw disk_error({errno, std::generic_category()}, path_);
}

void Journal::write(Record& record) {
  record.checksum = record.sum();
  auto const n = ::write(fd_, &record, sizeof record);
  if (n != sizeof record) throw disk_error({n < 0 ? errno : ENOSPC, std::generic_category()}, path_);
}

}  // namespace swarm
