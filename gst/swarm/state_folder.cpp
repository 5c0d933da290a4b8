// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/state_folder.hpp"

#include "swarm/disk_error.hpp"
#include "swarm/types.hpp"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/file.h>
#include <unistd.h>

namespace swarm {
namespace fs = std::filesystem;

namespace {

constexpr char resume_kind[] = ".resume";

void make_folder(std::string const& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw disk_error(error, folder);
}

std::optional<std::vector<char>> load(std::string const& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::vector<char>(std::istreambuf_iterator<char>(file), {});
}

void replace(std::string const& path, std::span<char const> bytes) {
  if (path.empty()) return;  // nothing is to be remembered
  auto const part = path + ".part";
  {
    std::ofstream file(part, std::ios::binary | std::ios::trunc);
    errno = 0;
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file.close();
    if (!file) throw disk_error({errno ? errno : EIO, std::generic_category()}, path);
  }
  std::error_code error;
  fs::rename(part, path, error);
  if (error) throw disk_error(error, path);
}

}  // namespace

FolderLock::FolderLock(std::string const& folder) {
  make_folder(folder);
  auto const path = folder + "/.gst-torrent.lock";
  fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (fd_ < 0) throw disk_error({errno, std::generic_category()}, folder);
  if (::flock(fd_, LOCK_EX | LOCK_NB) == 0) return;
  auto const code = std::error_code(errno, std::generic_category());
  ::close(fd_);
  if (code == std::errc::operation_would_block)
    throw Error(Errc::in_use, "Another process uses the folder " + folder + ".",
                "Stop it, or choose another folder for this one.");
  throw disk_error(code, folder);
}

FolderLock::~FolderLock() { ::close(fd_); }

StateFolder::StateFolder(std::string folder) : folder_(std::move(folder)) {
  if (!folder_.empty()) make_folder(folder_ + "/torrents");
}

std::string StateFolder::path(std::string const& name) const {
  return folder_.empty() ? std::string() : folder_ + '/' + name;
}
std::string StateFolder::torrent_file(std::string const& key, char const* kind) const {
  return path("torrents/" + key + kind);
}

std::vector<std::string> StateFolder::keys() const {
  std::vector<std::string> keys;
  std::error_code error;
  for (auto const& entry : fs::directory_iterator(path("torrents"), error)) {
    auto const& file = entry.path();
    if (file.extension() == resume_kind && InfoHash::parse(file.stem().native())) keys.push_back(file.stem());
  }
  return keys;
}

std::optional<std::vector<char>> StateFolder::load_resume(std::string const& key) const {
  return load(torrent_file(key, resume_kind));
}
void StateFolder::save_resume(std::string const& key, std::span<char const> bytes) const {
  replace(torrent_file(key, resume_kind), bytes);
}
std::string StateFolder::journal_path(std::string const& key) const { return torrent_file(key, ".journal"); }

void StateFolder::forget(std::string const& key) const {
  std::error_code ignored;
  fs::remove(torrent_file(key, resume_kind), ignored);
  fs::remove(journal_path(key), ignored);
}

std::optional<std::vector<char>> StateFolder::load_session() const { return load(path("session")); }
void StateFolder::save_session(std::span<char const> bytes) const { replace(path("session"), bytes); }

}  // namespace swarm
