// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/temp_dir.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace fs = std::filesystem;

namespace support {

TempDir::TempDir(std::string_view prefix) {
  auto name = (fs::temp_directory_path() / (std::string(prefix) + "-XXXXXX")).string();
  if (!mkdtemp(name.data())) throw std::runtime_error("can't make the folder " + name + ": " + std::strerror(errno));
  path_ = name;
}

TempDir::~TempDir() {
  std::error_code ec;
  fs::remove_all(path_, ec);
  if (!ec) return;
  // Tests of missing rights leave folders that even their owner can't empty.
  for (fs::recursive_directory_iterator it(path_, fs::directory_options::skip_permission_denied, ec), end; it != end;
       it.increment(ec))
    if (it->is_directory(ec) && !it->is_symlink(ec)) fs::permissions(it->path(), fs::perms::owner_all, ec);
  fs::remove_all(path_, ec);
}

std::string read_file(fs::path const& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("can't read " + path.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_file(fs::path const& path, std::string_view content) {
  if (path.has_parent_path()) fs::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(content.data(), static_cast<std::streamsize>(content.size()));
  if (!out.flush()) throw std::runtime_error("can't write " + path.string());
}

}  // namespace support
