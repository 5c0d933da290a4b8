// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/made_file.hpp"

#include "support/child.hpp"

#include <chrono>
#include <cstdint>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <unistd.h>

namespace fs = std::filesystem;

namespace support {
namespace {

/// FNV-1a, in hex.
std::string digest(std::vector<std::string> const& words) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (auto const& word : words) {
    for (auto const letter : word) hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3ULL;
    hash = (hash ^ 0xff) * 0x100000001b3ULL;
  }
  std::ostringstream text;
  text << std::hex << hash;
  return text.str();
}

}  // namespace

std::string output_of(std::vector<std::string> command) {
  auto const program = command.at(0);
  if (find_program(program).empty()) throw std::runtime_error(program + " is missing: see examples/packages");
  auto const ran = run(std::move(command), {}, std::chrono::minutes(3));
  if (!ran.ok()) throw std::runtime_error(program + " failed: " + ran.err + ran.out);
  return ran.out;
}

fs::path made_file(std::string const& name, std::vector<std::string> command) {
  auto const folder = fs::path(SUPPORT_MEDIA_DIR) / digest(command);
  auto path = folder / name;
  if (fs::exists(path)) return path;
  fs::create_directories(folder);
  // Tests run side by side: whoever is done first puts it there whole.
  auto const made = folder / (std::to_string(getpid()) + "-" + name);
  command.push_back(made.string());
  output_of(std::move(command));
  fs::rename(made, path);
  return path;
}

fs::path made_by_ffmpeg(std::string const& name, std::vector<std::string> const& arguments) {
  std::vector<std::string> command{"ffmpeg", "-nostdin", "-v", "error", "-y"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  // With several threads x264 holds a bit rate otherwise each time.
  command.insert(command.end(), {"-threads", "1", "-fflags", "+bitexact", "-flags", "+bitexact"});
  return made_file(name, std::move(command));
}

std::vector<std::string> words_of(std::string const& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

}  // namespace support
