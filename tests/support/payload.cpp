// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/payload.hpp"

#include "support/loopback.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

namespace fs = std::filesystem;

namespace support {
namespace {

/// The finaliser of splitmix64: word n of the payload needs no word before it.
std::uint64_t word(std::uint64_t seed, std::uint64_t n) {
  std::uint64_t z = seed * 0xD1342543DE82EF95ULL + (n + 1) * 0x9E3779B97F4A7C15ULL;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

void write_content(fs::path const& path, std::int64_t size,
                   std::function<void(std::int64_t, std::span<std::byte>)> const& read) {
  if (path.has_parent_path()) fs::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  std::vector<std::byte> buffer(static_cast<std::size_t>(std::min(size, MiB)));
  for (std::int64_t at = 0; at < size; at += MiB) {
    auto const part = std::span(buffer).first(static_cast<std::size_t>(std::min(MiB, size - at)));
    read(at, part);
    out.write(reinterpret_cast<char const*>(part.data()), static_cast<std::streamsize>(part.size()));
  }
  if (!out.flush()) throw std::runtime_error("can't write " + path.string());
}

}  // namespace

void Payload::fill(std::int64_t offset, std::span<std::byte> into) const {
  auto n = static_cast<std::uint64_t>(offset) / 8;
  auto skip = static_cast<std::size_t>(offset % 8);
  while (!into.empty()) {
    auto const value = word(seed_, n++);
    auto const count = std::min(sizeof value - skip, into.size());
    std::memcpy(into.data(), reinterpret_cast<std::byte const*>(&value) + skip, count);
    into = into.subspan(count);
    skip = 0;
  }
}

std::string Payload::bytes(std::int64_t offset, std::size_t size) const {
  std::string result(size, '\0');
  fill(offset, std::as_writable_bytes(std::span(result)));
  return result;
}

std::optional<std::size_t> Payload::first_difference(std::int64_t offset, std::span<std::byte const> got) const {
  std::byte expected[4096];
  for (std::size_t at = 0; at < got.size(); at += sizeof expected) {
    auto const part = got.subspan(at, std::min(sizeof expected, got.size() - at));
    fill(offset + static_cast<std::int64_t>(at), std::span(expected).first(part.size()));
    auto const [differs, unused] = std::mismatch(part.begin(), part.end(), expected);
    if (differs != part.end()) return at + static_cast<std::size_t>(differs - part.begin());
  }
  return std::nullopt;
}

void Payload::write(fs::path const& path, std::int64_t size) const {
  write_content(path, size, [this](std::int64_t at, std::span<std::byte> into) { fill(at, into); });
}

std::string Content::bytes(std::int64_t offset, std::size_t count) const {
  std::string result(count, '\0');
  read(offset, std::as_writable_bytes(std::span(result)));
  return result;
}

Content payload_file(std::string path, std::int64_t size, std::uint64_t seed) {
  return {std::move(path), size,
          [payload = Payload(seed)](std::int64_t offset, std::span<std::byte> into) { payload.fill(offset, into); }};
}

Content disk_file(std::string path, fs::path const& on_disk) {
  auto fd = std::make_shared<Fd>(open(on_disk.c_str(), O_RDONLY | O_CLOEXEC));
  if (!*fd) throw std::system_error(errno, std::generic_category(), on_disk.string());
  auto const size = static_cast<std::int64_t>(fs::file_size(on_disk));
  return {std::move(path), size, [fd, on_disk](std::int64_t offset, std::span<std::byte> into) {
            while (!into.empty()) {
              auto const n = pread(fd->get(), into.data(), into.size(), offset);
              if (n < 0 && errno == EINTR) continue;
              if (n <= 0) throw std::runtime_error("can't read " + on_disk.string());
              into = into.subspan(static_cast<std::size_t>(n));
              offset += n;
            }
          }};
}

Content text_file(std::string path, std::string content) {
  auto const size = static_cast<std::int64_t>(content.size());
  return {std::move(path), size, [text = std::move(content)](std::int64_t offset, std::span<std::byte> into) {
            std::memcpy(into.data(), text.data() + offset, into.size());
          }};
}

std::vector<Content> disk_files(fs::path const& file_or_folder) {
  if (!fs::exists(file_or_folder)) throw std::runtime_error("there is no " + file_or_folder.string());
  if (!fs::is_directory(file_or_folder)) return {disk_file(file_or_folder.filename(), file_or_folder)};
  std::vector<fs::path> paths;
  for (auto const& entry : fs::recursive_directory_iterator(file_or_folder))
    if (entry.is_regular_file()) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<Content> files;
  for (auto const& path : paths) files.push_back(disk_file(fs::relative(path, file_or_folder).string(), path));
  return files;
}

void write_files(fs::path const& folder, std::vector<Content> const& files) {
  for (auto const& file : files) write_content(folder / file.path, file.size, file.read);
}

}  // namespace support
