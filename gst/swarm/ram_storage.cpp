// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/ram_storage.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <sys/mman.h>

namespace swarm {

RamStorage::Pages::Pages(std::size_t size) {
  auto* const pages = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) throw std::bad_alloc();
  bytes_ = {static_cast<char*>(pages), {size}};
}

void RamStorage::Pages::Unmap::operator()(char* bytes) const { munmap(bytes, size); }

Storage::Failure RamStorage::read(int piece, std::int64_t start, std::span<char> into) const {
  auto pieces = pieces_.lock();
  auto const found = pieces->find(piece);
  auto at = into;
  for (auto const& slice : layout().slices(piece, start, static_cast<std::int64_t>(into.size()))) {
    auto const part = at.first(static_cast<std::size_t>(slice.size));
    at = at.subspan(part.size());
    if (layout().file(slice.file).padding) {
      std::memset(part.data(), 0, part.size());
      start += slice.size;
      continue;
    }
    if (found == pieces->end()) return {too_short(), slice.file};
    auto const& [bytes, blocks] = found->second;
    for (auto block = start / block_bytes; block * block_bytes < start + slice.size; ++block)
      if (!blocks[static_cast<std::size_t>(block)]) return {too_short(), slice.file};
    std::memcpy(part.data(), bytes.data() + start, part.size());
    start += slice.size;
  }
  return at.empty() ? Failure{} : Failure{too_short(), -1};
}

Storage::Failure RamStorage::write(int piece, std::int64_t start, std::span<char const> bytes) {
  auto pieces = pieces_.lock();
  try {
    auto& held = (*pieces)[piece];
    if (!held.bytes.data()) {
      held.blocks.resize(static_cast<std::size_t>(layout().blocks_in(piece)));
      held.bytes = Pages(static_cast<std::size_t>(layout().piece_size(piece)));
    }
    std::memcpy(held.bytes.data() + start, bytes.data(), bytes.size());
    held.blocks[static_cast<std::size_t>(start / block_bytes)] = true;
  } catch (std::bad_alloc const&) {
    pieces->erase(piece);
    return {std::make_error_code(std::errc::not_enough_memory), -1};
  }
  return {};
}

Storage::Failure RamStorage::read_file(int file, std::int64_t offset, std::span<char> into) const {
  auto const size = layout().file(file).size;
  while (!into.empty()) {
    if (offset >= size) return {too_short(), file};
    int const piece = layout().piece_at(file, offset);
    auto const end = layout().bytes_of(file, {piece, piece + 1}).end;
    auto const part = into.first(static_cast<std::size_t>(std::min<std::int64_t>(end - offset, into.size())));
    auto const start = layout().file(file).offset + offset - piece * layout().piece_length();
    if (auto failure = read(piece, start, part)) return {failure.code, file};
    into = into.subspan(part.size());
    offset += static_cast<std::int64_t>(part.size());
  }
  return {};
}

Storage::Failure RamStorage::remove_files() {
  pieces_.lock()->clear();
  return {};
}

std::vector<int> RamStorage::held() const {
  auto pieces = pieces_.lock();
  std::vector<int> held;
  for (auto const& [piece, bytes] : *pieces) held.push_back(piece);
  return held;
}

void RamStorage::drop(int piece) { pieces_.lock()->erase(piece); }

}  // namespace swarm
