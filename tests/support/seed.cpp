// SPDX-License-Identifier: LGPL-2.1-or-later
// gst-torrent-seed: shares a file or folder on loopback; for trying things out, benchmarks and examples.
#include "support/link.hpp"
#include "support/swarm.hpp"
#include "support/temp_dir.hpp"

#include <glib.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <map>
#include <memory>
#include <string>
#include <sys/prctl.h>
#include <unistd.h>
#include <vector>

namespace {

struct Options {
  int piece_kib = 256;
  std::string format = "v1";
  int seeders = 1;
  int rate_kib = 0;
  int delay_ms = 0;
  int corrupt = 0;
  gboolean utp = FALSE;
  gboolean with_parent = FALSE;
  std::vector<std::string> trackers;
  std::string torrent;
  std::string path;
};

struct FreeError {
  void operator()(GError* error) const { g_error_free(error); }
};

/// Throws std::invalid_argument.
Options parse(int argc, char** argv) {
  Options options;
  g_autofree char* format = nullptr;
  g_autofree char* torrent = nullptr;
  g_auto(GStrv) trackers = nullptr;
  g_auto(GStrv) paths = nullptr;
  GOptionEntry const entries[] = {
      {"piece-size", 0, 0, G_OPTION_ARG_INT, &options.piece_kib, "Piece size in KiB (256)", "KIB"},
      {"format", 0, 0, G_OPTION_ARG_STRING, &format, "v1 (default), v2 or hybrid", "FORMAT"},
      {"seeders", 0, 0, G_OPTION_ARG_INT, &options.seeders, "Number of seeders (1)", "N"},
      {"rate", 0, 0, G_OPTION_ARG_INT, &options.rate_kib, "KiB/s of each seeder's line (no limit)", "KIB"},
      {"delay", 0, 0, G_OPTION_ARG_INT, &options.delay_ms, "One-way delay of each line", "MS"},
      {"corrupt", 0, 0, G_OPTION_ARG_INT, &options.corrupt, "The first seeder spoils every Nth block", "N"},
      {"utp", 0, 0, G_OPTION_ARG_NONE, &options.utp, "Speak uTP, too (not with --rate, --delay)", nullptr},
      {"tracker", 0, 0, G_OPTION_ARG_STRING_ARRAY, &trackers, "Announce there (may be repeated)", "URL"},
      {"torrent", 0, 0, G_OPTION_ARG_FILENAME, &torrent, "Write the .torrent, too", "FILE"},
      {"with-parent", 0, 0, G_OPTION_ARG_NONE, &options.with_parent, "End when the parent process ends", nullptr},
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &paths, nullptr, "FILE-OR-FOLDER"},
      {}};
  g_autoptr(GOptionContext) context = g_option_context_new(nullptr);
  g_option_context_set_summary(context,
                               "Makes a torrent of the file or folder and seeds it on loopback. The first line on "
                               "stdout is its magnet link, with the seeders' addresses. Runs until SIGTERM or SIGINT.");
  g_option_context_add_main_entries(context, entries, nullptr);
  GError* raw = nullptr;
  if (!g_option_context_parse(context, &argc, &argv, &raw)) {
    std::unique_ptr<GError, FreeError> const error(raw);
    throw std::invalid_argument(error->message);
  }
  if (!paths || !paths[0] || paths[1]) throw std::invalid_argument("give one file or folder");
  options.path = paths[0];
  if (format) options.format = format;
  if (torrent) options.torrent = torrent;
  for (char** url = trackers; url && *url; ++url) options.trackers.emplace_back(*url);
  if (options.seeders < 1 || options.seeders > 1000) throw std::invalid_argument("--seeders wants 1 to 1000");
  if (options.piece_kib < 16) throw std::invalid_argument("--piece-size wants 16 or more");
  return options;
}

support::Format format_of(std::string const& name) {
  static std::map<std::string, support::Format> const formats{
      {"v1", support::Format::v1}, {"v2", support::Format::v2}, {"hybrid", support::Format::hybrid}};
  auto const found = formats.find(name);
  if (found == formats.end()) throw std::invalid_argument("--format wants v1, v2 or hybrid, not " + name);
  return found->second;
}

/// Runs until a signal of the set comes.
void seed(Options const& options, sigset_t const& signals) {
  std::filesystem::path path = std::filesystem::absolute(options.path).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  auto const torrent = support::make_torrent({.files = support::disk_files(path),
                                              .name = path.filename(),
                                              .format = format_of(options.format),
                                              .piece_size = options.piece_kib * 1024,
                                              .trackers = options.trackers});
  if (!options.torrent.empty())
    support::write_file(options.torrent, {torrent.metainfo.data(), torrent.metainfo.size()});

  support::Swarm swarm(torrent, options.seeders, {.utp = options.utp != FALSE});
  if (options.corrupt > 0) swarm[0].set_corruption({.every = options.corrupt});
  std::vector<std::unique_ptr<support::Link>> links;
  auto peers = swarm.endpoints();
  if (options.rate_kib > 0 || options.delay_ms > 0) {
    for (auto& peer : peers) {
      links.push_back(std::make_unique<support::Link>(
          peer, support::LinkOptions{.down = options.rate_kib * support::KiB,
                                     .delay = std::chrono::milliseconds(options.delay_ms)}));
      peer = links.back()->endpoint();
    }
  }
  std::printf("%s\n", torrent.magnet(peers).c_str());
  std::fflush(stdout);
  int received = 0;
  sigwait(&signals, &received);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    auto const options = parse(argc, argv);
    // Before any thread: they inherit the mask, so the signals wait for sigwait().
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, nullptr);
    if (options.with_parent) {
      auto const parent = getppid();
      prctl(PR_SET_PDEATHSIG, SIGTERM);
      if (getppid() != parent || parent == 1) return 0;
    }
    seed(options, signals);
    return 0;
  } catch (std::exception const& error) {
    std::fprintf(stderr, "gst-torrent-seed: %s\n", error.what());
    return 1;
  }
}
