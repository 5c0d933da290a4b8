// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/error.hpp"
#include "swarm/locator.hpp"
#include "swarm/metainfo.hpp"
#include "swarm/quote.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace swarm {

namespace {

/// An open file.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor const&) = delete;
  Descriptor& operator=(Descriptor const&) = delete;
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

[[noreturn]] void fail(std::string const& path, int error) {
  auto const file = "The file " + in_quotes(path);
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      throw Error(Errc::not_found, file + " does not exist.", "Check the path.");
    case EACCES:
    case EPERM:
      throw Error(Errc::permission, file + " may not be read.", "Check its access rights.");
    case ENAMETOOLONG:
      throw Error(Errc::bad_input, "The path is too long: " + in_quotes(path) + ".");
    default:
      throw Error(Errc::disk, file + " can't be read: " + std::system_category().message(error) + ".");
  }
}

}  // namespace

std::vector<char> read_metainfo(std::string const& path) {
  // Opening alone does things to some devices, and a pipe of that name must not make us wait for ever.
  struct stat status;
  if (stat(path.c_str(), &status) != 0) fail(path, errno);
  if (S_ISDIR(status.st_mode))
    throw Error(Errc::bad_input, in_quotes(path) + " is a folder.", "Give the path of a .torrent file in it.");
  if (!S_ISREG(status.st_mode)) throw Error(Errc::bad_input, in_quotes(path) + " is not a file that can be read.");
  Descriptor const file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.number() < 0 || fstat(file.number(), &status) != 0) fail(path, errno);
  if (status.st_size > static_cast<off_t>(max_metainfo_bytes))
    throw Error(Errc::bad_input,
                "The file " + in_quotes(path) + " has " + std::to_string(status.st_size) +
                    " bytes, too many for a .torrent; at most " + std::to_string(max_metainfo_bytes) + " are accepted.",
                "A .torrent describes a film; this may be the film itself.");

  // One more than allowed shows if it grows meanwhile.
  std::vector<char> bytes(max_metainfo_bytes + 1);
  std::size_t size = 0;
  while (size < bytes.size()) {
    auto const part = read(file.number(), bytes.data() + size, bytes.size() - size);
    if (part < 0 && errno == EINTR) continue;
    if (part < 0) fail(path, errno);
    if (part == 0) break;
    size += static_cast<std::size_t>(part);
  }
  bytes.resize(size);
  bytes.shrink_to_fit();
  return bytes;
}

}  // namespace swarm
