// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/disk_error.hpp"

#include <cerrno>

namespace swarm {

Error disk_error(std::error_code code, std::string const& path) {
  struct Row {
    std::errc condition;
    Errc kind;
    char const* what;
    char const* advice;
  };
  static constexpr Row rows[] = {
      {std::errc::no_space_on_device, Errc::no_space, "The disk is full",
       "Free some space or choose another download folder, then try again."},
      {std::errc::file_too_large, Errc::no_space, "The file system can't hold a file of this size",
       "Choose a download folder on another file system."},
      {std::errc::permission_denied, Errc::permission, "No permission to write or read",
       "Check the rights of the folder, or choose another one."},
      {std::errc::operation_not_permitted, Errc::permission, "No permission to write or read",
       "Check the rights of the folder, or choose another one."},
      {std::errc::read_only_file_system, Errc::permission, "The file system is read-only",
       "Choose a download folder that can be written."},
      {std::errc::not_a_directory, Errc::disk, "A file is where the download folder should be",
       "Move it, or choose another folder."},
      {std::errc::no_such_file_or_directory, Errc::disk, "The download folder is gone, or can't be made",
       "Check that it is there, or choose another one."},
      {std::errc::too_many_files_open, Errc::disk, "Too many files are open",
       "Raise the limit of open files (ulimit -n)."},
  };
  for (auto const& row : rows)
    if (code == row.condition) return {row.kind, std::string(row.what) + " (" + path + ").", row.advice};
  // EDQUOT has no std::errc
  if (code == std::error_code(EDQUOT, std::generic_category()))
    return {Errc::no_space, "The disk quota is used up (" + path + ").", rows[0].advice};
  return {Errc::disk, "The disk failed: " + code.message() + " (" + path + ").",
          "Check the disk and the system's log, then try again."};
}

}  // namespace swarm
