// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/file_storage.hpp"

#include "swarm/error.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <map>
#include <sys/stat.h>
#include <unistd.h>

namespace swarm {
namespace fs = std::filesystem;

namespace {

constexpr std::size_t max_open_files = 16;  // of one torrent; 25 torrents stay well below the usual 1024

std::error_code last_error() { return {errno, std::generic_category()}; }

/// libtorrent cleans the names of a torrent; this is the second lock on the same door.
bool stays_inside(std::string const& path) {
  if (path.empty() || path.front() == '/' || path.find('\0') != std::string::npos) return false;
  auto parts = fs::path(path);
  return std::none_of(parts.begin(), parts.end(), [](fs::path const& part) { return part == ".." || part == "."; });
}

}  // namespace

struct FileStorage::Open {
  int fd;
  int file;
  bool writable;
  Open(int descriptor, int index, bool write) : fd(descriptor), file(index), writable(write) {}
  Open(Open const&) = delete;
  Open& operator=(Open const&) = delete;
  ~Open() { ::close(fd); }
};

FileStorage::FileStorage(std::string folder, Layout files) : Storage(std::move(files)) {
  auto state = state_.lock();
  state->folder = std::move(folder);
  for (auto const& file : layout().files()) {
    if (!file.padding && !stays_inside(file.path))
      throw Error(Errc::bad_metadata, "The torrent has a file name that leads out of its folder.",
                  "Do not use this torrent; it was made to do harm.");
    state->paths.push_back(file.path);
  }
}

FileStorage::~FileStorage() = default;

std::string FileStorage::folder() const { return state_.lock()->folder; }

std::string FileStorage::path(int file) const {
  auto state = state_.lock();
  return state->folder + '/' + state->paths.at(static_cast<std::size_t>(file));
}

std::shared_ptr<FileStorage::Open> FileStorage::open(int file, bool write, std::error_code& error) const {
  std::string name;
  {
    auto state = state_.lock();
    auto& files = state->open;
    auto found = std::find_if(files.begin(), files.end(),
                              [&](auto const& f) { return f->file == file && (f->writable || !write); });
    if (found != files.end()) {
      files.splice(files.begin(), files, found);
      return files.front();
    }
    name = state->folder + '/' + state->paths.at(static_cast<std::size_t>(file));
  }
  // O_NOFOLLOW: a link in the place of a file would lead out of the folder.
  int const flags = O_CLOEXEC | O_NOFOLLOW | (write ? O_RDWR | O_CREAT : O_RDONLY);
  int fd = ::open(name.c_str(), flags, 0666);
  if (fd < 0 && write && errno == ENOENT) {
    fs::create_directories(fs::path(name).parent_path(), error);
    if (error) return nullptr;
    fd = ::open(name.c_str(), flags, 0666);
  }
  if (fd < 0) {
    error = last_error();
    return nullptr;
  }
  auto opened = std::make_shared<Open>(fd, file, write);
  auto state = state_.lock();
  state->open.push_front(opened);
  if (state->open.size() > max_open_files) state->open.pop_back();  // closed when its last user is done
  return opened;
}

Storage::Failure FileStorage::read_file(int file, std::int64_t offset, std::span<char> into) const {
  std::error_code error;
  auto opened = open(file, false, error);
  if (!opened) return {error == std::errc::no_such_file_or_directory ? too_short() : error, file};
  while (!into.empty()) {
    auto n = ::pread(opened->fd, into.data(), into.size(), offset);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return {last_error(), file};
    if (n == 0) return {too_short(), file};
    into = into.subspan(static_cast<std::size_t>(n));
    offset += n;
  }
  return {};
}

Storage::Failure FileStorage::read(int piece, std::int64_t start, std::span<char> into) const {
  for (auto const& slice : layout().slices(piece, start, static_cast<std::int64_t>(into.size()))) {
    auto part = into.first(static_cast<std::size_t>(slice.size));
    into = into.subspan(part.size());
    if (layout().file(slice.file).padding)
      std::memset(part.data(), 0, part.size());
    else if (auto failure = read_file(slice.file, slice.offset, part))
      return failure;
  }
  return into.empty() ? Failure{} : Failure{too_short(), -1};
}

Storage::Failure FileStorage::write(int piece, std::int64_t start, std::span<char const> bytes) {
  for (auto const& slice : layout().slices(piece, start, static_cast<std::int64_t>(bytes.size()))) {
    auto part = bytes.first(static_cast<std::size_t>(slice.size));
    bytes = bytes.subspan(part.size());
    if (layout().file(slice.file).padding) continue;
    std::error_code error;
    auto opened = open(slice.file, true, error);
    if (!opened) return {error, slice.file};
    {
      auto state = state_.lock();
      state->dirty.insert(slice.file);
      state->unsynced += slice.size;
    }
    auto offset = slice.offset;
    while (!part.empty()) {
      auto n = ::pwrite(opened->fd, part.data(), part.size(), offset);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return {last_error(), slice.file};
      part = part.subspan(static_cast<std::size_t>(n));
      offset += n;
    }
  }
  return {};
}

FileStorage::Stamp FileStorage::stamp(int file) const {
  struct stat found {};
  if (::lstat(path(file).c_str(), &found) != 0 || !S_ISREG(found.st_mode)) return {};
  return {found.st_size, found.st_mtim.tv_sec * std::int64_t{1'000'000'000} + found.st_mtim.tv_nsec};
}

std::int64_t FileStorage::modified(int piece) const {
  std::int64_t newest = 0;
  for (auto const& slice : layout().slices(piece, 0, layout().piece_size(piece)))
    if (!layout().file(slice.file).padding) newest = std::max(newest, stamp(slice.file).modified);
  return newest;
}

bool FileStorage::any_file() const {
  std::error_code ignored;
  if (!fs::exists(folder(), ignored)) return false;  // the usual case, without a stat for each of 100,000 files
  for (int i = 0; i < layout().file_count(); ++i)
    if (!layout().file(i).padding && layout().file(i).size > 0 && stamp(i).size > 0) return true;
  return false;
}

Storage::Failure FileStorage::make_empty_files() {
  for (int i = 0; i < layout().file_count(); ++i) {
    if (layout().file(i).padding || layout().file(i).size > 0 || stamp(i).size >= 0) continue;
    std::error_code error;
    if (!open(i, true, error)) return {error, i};
  }
  return {};
}

Storage::Failure FileStorage::sync() {
  std::set<int> dirty;
  {
    auto state = state_.lock();
    dirty.swap(state->dirty);
    state->unsynced = 0;
  }
  while (!dirty.empty()) {
    int const file = *dirty.begin();
    std::error_code error;
    auto opened = open(file, false, error);
    if (opened && ::fdatasync(opened->fd) != 0) error = last_error();
    if (error) {
      state_.lock()->dirty.merge(dirty);  // for the next time
      return {error, file};
    }
    dirty.erase(file);
  }
  return {};
}

std::int64_t FileStorage::unsynced_bytes() const { return state_.lock()->unsynced; }

void FileStorage::close_files() { state_.lock()->open.clear(); }

Storage::Failure FileStorage::remove_files() {
  close_files();
  Failure first;
  std::set<fs::path> folders;
  auto const root = fs::path(folder());
  for (int i = 0; i < layout().file_count(); ++i) {
    if (layout().file(i).padding) continue;
    auto const name = fs::path(path(i));
    std::error_code error;
    fs::remove(name, error);
    if (error && error != std::errc::not_a_directory && !first) first = {error, i};
    for (auto dir = name.parent_path(); dir != root && dir.native().size() > root.native().size();
         dir = dir.parent_path())
      folders.insert(dir);
  }
  folders.insert(root);
  std::error_code ignored;  // a folder with somebody else's files in it stays
  for (auto dir = folders.rbegin(); dir != folders.rend(); ++dir) fs::remove(*dir, ignored);
  return first;
}

Storage::Failure FileStorage::discard(std::vector<int> const& pieces) {
  std::map<int, std::vector<Slice>> by_file;
  for (int const piece : pieces)
    for (auto const& slice : layout().slices(piece, 0, layout().piece_size(piece)))
      if (!layout().file(slice.file).padding) by_file[slice.file].push_back(slice);
  for (auto const& [file, slices] : by_file) {
    std::int64_t size = 0;
    for (auto const& slice : slices) size += slice.size;
    if (size == layout().file(file).size) {
      {
        auto state = state_.lock();
        std::erase_if(state->open, [file = file](auto const& open) { return open->file == file; });
        state->dirty.erase(file);
      }
      std::error_code error;
      fs::remove(path(file), error);
      if (error) return {error, file};
      continue;
    }
    if (stamp(file).size < 0) continue;
    std::error_code error;
    auto const opened = open(file, true, error);
    if (!opened) return {error, file};
    for (auto const& slice : slices)
      if (::fallocate(opened->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, slice.offset, slice.size) != 0 &&
          errno != EOPNOTSUPP)  // a file system without holes keeps the rest of the file
        return {last_error(), file};
  }
  return {};
}

Storage::Failure FileStorage::move(std::string const& folder) {
  close_files();
  auto const from = this->folder();
  if (fs::path(from).lexically_normal() == fs::path(folder).lexically_normal()) return {};
  for (int i = 0; i < layout().file_count(); ++i) {
    if (layout().file(i).padding || stamp(i).size < 0) continue;
    auto const source = fs::path(path(i));
    auto const target = fs::path(folder) / source.lexically_relative(from);
    std::error_code error;
    fs::create_directories(target.parent_path(), error);
    if (!error) fs::rename(source, target, error);
    if (error == std::errc::cross_device_link) {
      error.clear();
      fs::copy_file(source, target, fs::copy_options::overwrite_existing, error);
      std::error_code ignored;
      if (!error) fs::remove(source, ignored);
    }
    if (error) return {error, i};
  }
  std::error_code ignored;
  fs::remove(from, ignored);
  state_.lock()->folder = folder;
  return {};
}

Storage::Failure FileStorage::rename(int file, std::string const& path) {
  if (!stays_inside(path)) return {std::make_error_code(std::errc::invalid_argument), file};
  close_files();
  auto const source = fs::path(this->path(file));
  auto const target = fs::path(folder()) / path;
  if (stamp(file).size >= 0) {
    std::error_code error;
    fs::create_directories(target.parent_path(), error);
    if (!error) fs::rename(source, target, error);
    if (error) return {error, file};
  }
  state_.lock()->paths.at(static_cast<std::size_t>(file)) = path;
  return {};
}

}  // namespace swarm
