// SPDX-License-Identifier: LGPL-2.1-or-later
// gst-torrent-package FILE FOLDER [--container ts|fmp4] [--order forward|backward|random:SEED|one:K] [--tracks 0,1]
// Packages a local film as a server would, for tests and for a look: segments, init segments and playlists.
#include "hls/cmaf_writer.hpp"
#include "hls/codec_strings.hpp"
#include "hls/facts.hpp"
#include "hls/file_source.hpp"
#include "hls/packager.hpp"
#include "hls/presentation.hpp"
#include "hls/ts_writer.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <numeric>
#include <random>
#include <sstream>

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

double milliseconds(Clock::duration time) { return std::chrono::duration<double, std::milli>(time).count(); }

struct Options {
  fs::path film, folder;
  bool fmp4 = false;
  std::string order = "forward";
  std::vector<int> tracks;  ///< none: the first of each kind
};

Options options_of(int count, char** arguments) {
  Options options;
  std::vector<std::string> rest;
  for (int i = 1; i < count; ++i) {
    std::string const word = arguments[i];
    auto const value = [&]() -> std::string {
      if (++i >= count) throw std::invalid_argument(word + " wants a value");
      return arguments[i];
    };
    if (word == "--container")
      options.fmp4 = value() == "fmp4";
    else if (word == "--order")
      options.order = value();
    else if (word == "--tracks") {
      std::istringstream list(value());
      for (std::string id; std::getline(list, id, ',');) options.tracks.push_back(std::stoi(id));
    } else {
      rest.push_back(word);
    }
  }
  if (rest.size() != 2)
    throw std::invalid_argument(
        "gst-torrent-package FILE FOLDER [--container ts|fmp4] [--order forward|backward|random:SEED|one:K] "
        "[--tracks 0,1]");
  options.film = rest[0];
  options.folder = rest[1];
  return options;
}

std::vector<std::size_t> order_of(std::string const& order, std::size_t count) {
  std::vector<std::size_t> all(count);
  std::iota(all.begin(), all.end(), 0);
  auto const colon = order.find(':');
  auto const number = colon == std::string::npos ? 0U : static_cast<unsigned>(std::stoul(order.substr(colon + 1)));
  if (order == "backward") std::reverse(all.begin(), all.end());
  if (order.starts_with("random")) std::shuffle(all.begin(), all.end(), std::mt19937(number));
  if (order.starts_with("one")) return {std::min<std::size_t>(number, count - 1)};
  return all;
}

void write(fs::path const& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}
void write(fs::path const& path, hls::Bytes const& bytes) {
  write(path, std::string_view(reinterpret_cast<char const*>(bytes.data()), bytes.size()));
}

int package(Options const& options) {
  fs::create_directories(options.folder);
  std::unique_ptr<hls::Demuxer> demuxer;
  // The first time in a process loads plugins; a server has them.
  (void)hls::learn(std::make_shared<hls_test::FileSource>(options.film), options.film.filename(), true, demuxer);
  demuxer.reset();
  auto const began = Clock::now();
  auto const source = std::make_shared<hls_test::FileSource>(options.film);
  auto const facts = hls::learn(source, options.film.filename(), true, demuxer);
  auto const index_bytes = source->bytes_read.load();
  auto const opened = Clock::now();
  auto const& timeline = facts->timeline;

  hls::Rendition rendition{.packaging = options.fmp4 ? hls::Packaging::fmp4 : hls::Packaging::ts};
  for (auto const& track : facts->tracks) {
    std::fprintf(stderr, "track %d %s %s %dx%d %d Hz %d channels %d samples, %s %s%s\n", track.id,
                 hls::name_of(track.codec), hls::codec_string(track).c_str(), track.width, track.height,
                 track.sample_rate, track.channels, track.frame_samples, track.language.c_str(), track.title.c_str(),
                 track.is_default ? " (default)" : "");
    bool const wanted = options.tracks.empty()
                            ? (options.fmp4 ? hls::cmaf_carries(track) : hls::ts_carries(track))
                            : std::find(options.tracks.begin(), options.tracks.end(), track.id) != options.tracks.end();
    auto& part = track.kind == hls::Kind::video ? rendition.video : rendition.sound;
    if (wanted && track.kind != hls::Kind::text && !part) part = hls::Part{track.id};
  }
  std::fprintf(stderr, "%s %s: %zu key frames, %.3f..%.3f s, %zu segments, index %lld bytes, open %.1f ms\n",
               hls::name_of(timeline.container),
               timeline.precision == hls::Timeline::Precision::exact ? "exact" : "nominal", timeline.key_frames.size(),
               static_cast<double>(timeline.start.count()) / 1e9, static_cast<double>(timeline.end.count()) / 1e9,
               facts->segments.size(), static_cast<long long>(index_bytes), milliseconds(opened - began));

  auto const folder = options.folder / hls::name_of(rendition);
  fs::create_directories(folder);
  std::vector<double> took;
  auto const before = source->bytes_read.load();
  std::int64_t made = 0;
  hls::Reel const* reel = nullptr;
  for (auto const index : order_of(options.order, facts->segments.size())) {
    auto const start = Clock::now();
    if (auto const* const now = facts->reel(index); !demuxer || now != reel) {
      demuxer = hls::open(source, *facts, index);
      reel = now;
    }
    hls::Item const item{.rendition = rendition, .index = index};
    auto const bytes = hls::package(item, *facts, *demuxer);
    took.push_back(milliseconds(Clock::now() - start));
    made += static_cast<std::int64_t>(bytes.size());
    write(folder / hls::file_name(item, *facts), bytes);
  }
  std::sort(took.begin(), took.end());
  std::fprintf(stderr, "segments: median %.1f ms, longest %.1f ms, read %.2f x what was made\n", took[took.size() / 2],
               took.back(),
               static_cast<double>(source->bytes_read - before) / static_cast<double>(std::max<std::int64_t>(made, 1)));

  if (options.fmp4)
    for (auto const first : hls::inits_of(*facts)) {
      hls::Item const item{.rendition = rendition, .init = true, .index = first};
      demuxer = hls::open(source, *facts, first);
      write(folder / hls::file_name(item, *facts), hls::package(item, *facts, *demuxer));
    }
  write(options.folder / "media.m3u8", hls::media_text(*facts, rendition, ""));
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    return package(options_of(count, arguments));
  } catch (std::exception const& problem) {
    std::cerr << problem.what() << "\n";
    return 1;
  }
}
