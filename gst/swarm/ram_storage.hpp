// SPDX-License-Identifier: LGPL-2.1-or-later
// The bytes of one torrent in memory, as many pieces as are held at a time.
#pragma once

#include "swarm/guarded.hpp"
#include "swarm/storage.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

namespace swarm {

class RamStorage final : public Storage {
 public:
  explicit RamStorage(Layout layout) : Storage(std::move(layout)) {}

  // Storage
  [[nodiscard]] std::string folder() const override { return "memory"; }
  [[nodiscard]] std::string path(int) const override { return {}; }
  Failure read(int piece, std::int64_t start, std::span<char> into) const override;
  Failure write(int piece, std::int64_t start, std::span<char const> bytes) override;
  Failure read_file(int file, std::int64_t offset, std::span<char> into) const override;
  [[nodiscard]] bool any_file() const override { return false; }
  Failure make_empty_files() override { return {}; }
  void close_files() override {}
  Failure remove_files() override;
  Failure move(std::string const&) override { return {}; }
  Failure rename(int, std::string const&) override { return {}; }

  /// Pieces of which there are any bytes.
  [[nodiscard]] std::vector<int> held() const;
  /// Gives the piece's memory back; reading it says too_short() from then on.
  void drop(int piece);

 private:
  /// Straight from the system and back: between blocks that come and go a heap would keep what was given up.
  class Pages {
   public:
    Pages() = default;
    explicit Pages(std::size_t size);  ///< throws std::bad_alloc
    [[nodiscard]] char* data() const { return bytes_.get(); }

   private:
    struct Unmap {
      std::size_t size;
      void operator()(char* bytes) const;
    };
    std::unique_ptr<char, Unmap> bytes_;
  };
  struct Piece {
    Pages bytes;
    std::vector<bool> blocks;  ///< which of them were written
  };

  Guarded<std::map<int, Piece>> mutable pieces_;
};

}  // namespace swarm
