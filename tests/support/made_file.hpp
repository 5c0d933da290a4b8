// SPDX-License-Identifier: LGPL-2.1-or-later
// Files that other programs make for tests: made on the spot, kept in the build folder.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace support {

/// What a program prints. Throws std::runtime_error with what it says, if it is missing or fails.
std::string output_of(std::vector<std::string> command);

/// What `command` writes to the path that is added behind it. Kept by its name and the whole command, so that nobody
/// gets a file that something else was called to make. Throws as output_of().
std::filesystem::path made_file(std::string const& name, std::vector<std::string> command);
/// By ffmpeg, from its arguments before the output. The same bytes each time, as far as ffmpeg can.
std::filesystem::path made_by_ffmpeg(std::string const& name, std::vector<std::string> const& arguments);

/// Words divided by spaces.
std::vector<std::string> words_of(std::string const& text);

}  // namespace support
