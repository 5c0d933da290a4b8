// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/films.hpp"

#include "support/child.hpp"

#include <sstream>
#include <stdexcept>
#include <unistd.h>
#include <vector>

namespace fs = std::filesystem;

namespace hls_test {
namespace {

using Arguments = std::vector<std::string>;

fs::path made(std::string const& name, Arguments const& inputs, std::string const& arguments) {
  fs::path const folder = HLS_MEDIA_DIR;
  auto const path = folder / name;
  if (fs::exists(path)) return path;
  fs::create_directories(folder);
  // Tests run side by side: whoever is done first puts it there whole.
  auto const beside = folder / (std::to_string(getpid()) + "-" + name);
  Arguments command{"ffmpeg", "-nostdin", "-v", "error", "-y", "-fflags", "+bitexact"};
  command.insert(command.end(), inputs.begin(), inputs.end());
  std::istringstream words(arguments);
  for (std::string word; words >> word;) command.push_back(word);
  command.insert(command.end(), {"-flags", "+bitexact", beside.string()});
  auto const ran = support::run(std::move(command), {}, std::chrono::minutes(3));
  if (!ran.ok()) throw std::runtime_error("ffmpeg, for " + name + ": " + ran.err);
  fs::rename(beside, path);
  return path;
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
