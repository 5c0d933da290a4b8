// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/films.hpp"

#include "support/made_file.hpp"

#include <vector>

namespace fs = std::filesystem;

namespace hls_test {
namespace {

fs::path made(std::string const& name, std::vector<std::string> arguments, std::string const& more) {
  auto const words = support::words_of(more);
  arguments.insert(arguments.end(), words.begin(), words.end());
  return support::made_by_ffmpeg(name, arguments);
}

}  // namespace

fs::path film(std::string const& name, std::string const& arguments, int seconds) {
  auto const length = ":d=" + std::to_string(seconds);
  auto const tone = [&](char const* pitch) {
    return std::string("sine=sample_rate=48000:frequency=") + pitch + length;
  };
  return made(name,
              {"-f", "lavfi", "-i", "testsrc2=r=25:s=320x180" + length, "-f", "lavfi", "-i", tone("440"), "-f", "lavfi",
               "-i", tone("660")},
              arguments);
}

fs::path remade(std::string const& name, fs::path const& from, std::string const& arguments) {
  return made(name, {"-i", from.string()}, arguments);
}

}  // namespace hls_test
