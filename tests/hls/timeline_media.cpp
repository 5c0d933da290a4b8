// SPDX-License-Identifier: LGPL-2.1-or-later
#include "timeline_media.hpp"

#include "support/child.hpp"

#include <algorithm>
#include <sstream>
#include <stdexcept>
#include <unistd.h>

namespace fs = std::filesystem;

namespace support {
namespace {

std::vector<std::string> words_of(std::string const& text, fs::path const& folder) {
  std::vector<std::string> words;
  std::istringstream stream(text);
  for (std::string word; stream >> word;) words.push_back(word[0] == '@' ? (folder / word.substr(1)).string() : word);
  return words;
}

std::string run_or_throw(std::vector<std::string> command) {
  auto const name = command[0];
  if (find_program(name).empty()) throw std::runtime_error(name + " is missing: see examples/packages");
  auto const ran = run(std::move(command), {}, std::chrono::minutes(3));
  if (!ran.ok()) throw std::runtime_error(name + " failed: " + ran.err + ran.out);
  return ran.out;
}

}  // namespace

fs::path film(std::string const& name, std::string const& words) {
  fs::path const folder = TIMELINE_MEDIA_DIR;
  fs::create_directories(folder);
  auto const path = folder / name;
  if (fs::exists(path)) return path;
  auto const made = folder / (std::to_string(getpid()) + "-" + name);
  std::vector<std::string> command;
  if (name.ends_with(".mkvmerge.mkv") || name.ends_with(".mkvmerge.webm")) {
    command = {"mkvmerge", "-q", "--deterministic", "1", "-o", made.string()};
  } else {
    command = {"ffmpeg", "-nostdin", "-v", "error", "-y", "-fflags", "+bitexact", "-flags", "+bitexact"};
    if (words.find("-i ") == words.npos)
      for (auto const* input : {"testsrc=size=160x90:rate=25", "sine=frequency=440:sample_rate=48000"})
        command.insert(command.end(), {"-f", "lavfi", "-i", input});
  }
  auto const more = words_of(words, folder);
  command.insert(command.end(), more.begin(), more.end());
  if (command[0] == "ffmpeg") command.push_back(made.string());
  run_or_throw(command);
  fs::rename(made, path);
  return path;
}

Probed probe(fs::path const& path, std::string const& stream, std::string const& time) {
  auto const base = run_or_throw({"ffprobe", "-v", "error", "-select_streams", stream, "-show_entries",
                                  "stream=time_base", "-of", "csv=p=0", path.string()});
  auto const packets = run_or_throw({"ffprobe", "-v", "error", "-select_streams", stream, "-show_entries",
                                     "packet=" + time + ",duration,flags", "-of", "default=nw=1", path.string()});
  long long numerator = 1, denominator = 1;
  if (sscanf(base.c_str(), "%lld/%lld", &numerator, &denominator) != 2) throw std::runtime_error("ffprobe: " + base);
  auto const scaled = [&](long long ticks) {
    __extension__ using Wide = __int128;
    auto const wide = static_cast<Wide>(ticks) * numerator * 1'000'000'000;
    return hls::Time(static_cast<std::int64_t>(wide / denominator - (wide % denominator < 0 ? 1 : 0)));
  };
  Probed probed;
  long long at = 0, duration = 0;
  bool known = false;
  std::istringstream lines(packets);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(time + "=")) {
      known = line.find("N/A") == line.npos;
      at = known ? std::stoll(line.substr(line.find('=') + 1)) : 0;
    } else if (line.starts_with("duration=")) {
      duration = line.find("N/A") == line.npos ? std::stoll(line.substr(9)) : 0;
    } else if (line.starts_with("flags=") && known) {
      probed.frames.push_back(scaled(at));
      probed.end = std::max(probed.end, scaled(at + duration));
      if (line.find('K') != line.npos) probed.keys.push_back(scaled(at));
    }
  }
  std::sort(probed.keys.begin(), probed.keys.end());
  return probed;
}

}  // namespace support
