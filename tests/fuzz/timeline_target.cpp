// SPDX-License-Identifier: LGPL-2.1-or-later
#include "timeline_target.hpp"

#include "hls/timeline.hpp"
#include "must.hpp"

#include <algorithm>
#include <cstring>

namespace fuzz {
namespace {

class Film : public hls::ByteSource {
 public:
  explicit Film(Bytes bytes) : bytes_(bytes) {}
  [[nodiscard]] std::int64_t size() const override { return static_cast<std::int64_t>(bytes_.size()); }
  std::size_t read(std::int64_t offset, std::span<std::byte> into) override {
    must(offset >= 0, "reads lie in the file");
    if (offset >= size()) return 0;
    auto const from = bytes_.subspan(static_cast<std::size_t>(offset));
    auto const count = std::min(from.size(), into.size());
    std::memcpy(into.data(), from.data(), count);
    read_ += static_cast<std::int64_t>(count);
    must(read_ < 100 * size() + 16'000'000, "work is bounded by the file's size");
    return count;
  }
  void cancel() override {}
  void uncancel() override {}
  void begin() { read_ = 0; }

 private:
  Bytes bytes_;
  std::int64_t read_ = 0;
};

void check(Film& film, hls::Container container, bool scan) {
  film.begin();
  try {
    auto const timeline = read_timeline(film, container, scan);
    must(timeline.end > timeline.start, "a film lasts");
    must(std::is_sorted(timeline.key_frames.begin(), timeline.key_frames.end(),
                        [](auto const& a, auto const& b) { return a.time < b.time; }),
         "key frames ascend");
    must(timeline.grid.count() > 0 || !timeline.key_frames.empty(), "it can be cut");
    must(hls::from_text(to_text(timeline)) == timeline, "text keeps it");
  } catch (hls::NotIndexed const& error) {
    must(*error.what() != 0 && !error.advice.empty(), "an error says what is wrong and what to do");
  }
}

}  // namespace

void timeline(Bytes bytes) {
  (void)hls::from_text({reinterpret_cast<char const*>(bytes.data()), bytes.size()});
  Film film(bytes);
  auto const container = hls::container_of(film, "film");
  check(film, container, false);
  check(film, container, true);
}

}  // namespace fuzz
