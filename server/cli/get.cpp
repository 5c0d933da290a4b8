// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/command.hpp"
#include "cli/download.hpp"
#include "cli/text.hpp"
#include "swarm/catalog.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <unistd.h>

namespace cli {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

struct Wanted {
  swarm::Locator locator;
  bool all = false;
  std::string output;  ///< empty = named like the file, in this folder
  bool quiet = false, force = false;
  std::chrono::seconds timeout{};  ///< without a byte; 0 = never
};

swarm::FileChoice choice_of(std::string const& text) {
  int index = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (error == std::errc() && end == text.data() + text.size()) return index;
  return text;
}

/// How far it is, how fast, how long still.
class Meter {
 public:
  Meter(std::int64_t total, bool quiet) : total_(total), line_(quiet) {}
  void show(std::int64_t got, swarm::TorrentStatus const& status) {
    auto const share = total_ > 0 ? static_cast<double>(got) / static_cast<double>(total_) : 1;
    char percent[16];
    std::snprintf(percent, sizeof percent, "%5.1f %%", 100 * share);
    auto text = bar(share, 24) + " " + percent + "  " + bytes(got) + " of " + bytes(total_) + "  " +
                bytes(status.download_rate) + "/s  " + std::to_string(status.peers) + " peers";
    if (status.download_rate > 0 && got < total_)
      text += "  " + clock(std::chrono::seconds((total_ - got) / status.download_rate)) + " left";
    line_.show(text);
  }
  void clear() { line_.clear(); }

 private:
  std::int64_t const total_;
  ProgressLine line_;
};

/// Fails when nothing has come for the time that the user set.
class Patience {
 public:
  explicit Patience(std::chrono::seconds most) : most_(most) {}
  [[nodiscard]] bool over(std::int64_t got) {
    if (got != got_) got_ = got, since_ = Clock::now();
    return most_.count() > 0 && Clock::now() - since_ > most_;
  }

 private:
  std::chrono::seconds const most_;
  std::int64_t got_ = -1;
  Clock::time_point since_ = Clock::now();
};

/// In order, out of memory.
int to_pipe(Wanted const& wanted, std::stop_token const& stop) {
  Download download(settings_in_memory(), wanted.locator);
  auto const reader = download.torrent().open(wanted.locator.file,
                                              {.metadata_timeout = wanted.timeout, .piece_timeout = wanted.timeout});
  std::stop_callback const cancel(stop, [&] { reader->cancel(); });
  std::optional<Meter> meter;
  std::vector<std::byte> buffer(1 << 20);
  auto shown = Clock::now();
  for (std::int64_t got = 0;;) {
    auto const result = reader->read(buffer);
    if (result.outcome != swarm::Reader::Outcome::bytes)
      return result.outcome == swarm::Reader::Outcome::end ? done : interrupted;
    for (std::size_t at = 0; at < result.size;) {
      auto const written = write(STDOUT_FILENO, buffer.data() + at, result.size - at);
      if (written < 0 && errno == EINTR) continue;
      // Who reads has enough (head, a player that was closed): no failure of ours.
      if (written < 0 && errno == EPIPE) return done;
      if (written < 0) throw std::runtime_error(std::string("Can't write: ") + std::strerror(errno) + ".");
      at += static_cast<std::size_t>(written);
    }
    got += static_cast<std::int64_t>(result.size);
    if (!meter) meter.emplace(reader->size().value_or(0), wanted.quiet);
    if (Clock::now() - shown > 250ms) meter->show(got, download.torrent().status()), shown = Clock::now();
  }
}

/// What is in the torrent, from the folder of an earlier try or from the swarm.
swarm::Layout const* layout_of(Download& download, Wanted const& wanted, std::stop_token const& stop) {
  ProgressLine line(wanted.quiet);
  auto const show = [&] {
    line.show("Waiting for the metadata … " + std::to_string(download.torrent().status().peers) + " peers");
  };
  if (!download.wait_for_metadata(wanted.timeout, stop, show)) return nullptr;
  return &download.torrent().metadata()->layout;
}

void refuse_if_there(fs::path const& output, bool force) {
  // Folders are never replaced: their name comes from a stranger, or is a mistake.
  if (fs::is_directory(output))
    throw swarm::Error(swarm::Errc::bad_input, "\"" + output.string() + "\" is a folder.",
                       "Remove it, or use --output to give another name.");
  if (!force && fs::exists(output))
    throw swarm::Error(swarm::Errc::bad_input, "\"" + output.string() + "\" is there already.",
                       "Use --force to replace it, or --output to give another name.");
}

/// A stranger's name makes no hidden file: a ".profile" would be run at the next login.
fs::path shown(fs::path const& name) {
  auto text = name.filename().string();
  if (text.starts_with('.')) text.front() = '_';
  return text;
}

/// Takes a folder away again that a download was begun in, unless it has come to anything.
class Begun {
 public:
  explicit Begun(fs::path folder) : folder_(std::move(folder)), ours_(!fs::exists(folder_)) {}
  ~Begun() {
    std::error_code ignored;
    if (ours_) fs::remove_all(folder_, ignored);
  }
  void keep() { ours_ = false; }

 private:
  fs::path folder_;
  bool ours_;
};

/// The download lies in a hidden folder beside its place until it is whole: a second try goes on from there.
int to_disk(Wanted const& wanted, std::stop_token const& stop) {
  auto const target = fs::path(wanted.output);
  auto const into = wanted.output.empty() || !target.has_parent_path() ? fs::path(".") : target.parent_path();
  auto const part = into / (".gst-torrent-" + wanted.locator.hash.key());
  if (!wanted.output.empty()) refuse_if_there(target, wanted.force);
  auto settings = cli::settings();
  settings.download_path = part.string();
  settings.state_path = (part / "state").string();
  settings.storage = swarm::StorageKind::file;
  fs::path from, output;
  Begun begun(part);
  {
    Download download(settings, wanted.locator);
    auto& torrent = download.torrent();
    auto const* layout = layout_of(download, wanted, stop);
    if (!layout) return interrupted;
    std::vector<int> files;
    if (wanted.all) {
      for (int i = 0; i < layout->file_count(); ++i)
        if (!layout->file(i).padding) files.push_back(i);
    } else {
      files.push_back(swarm::choose_file(*layout, wanted.locator.file));
    }
    // All files of a torrent lie in a folder of its name, but for a torrent of one file.
    auto const first = fs::path(torrent.path_on_disk(files.front()));
    auto const& first_path = layout->file(files.front()).path;
    bool const folder = wanted.all && first_path.find('/') != std::string::npos;
    auto const root = fs::path(first.string().substr(0, first.string().size() - first_path.size())) /
                      fs::path(first_path).begin()->string();
    from = folder ? root : first;
    output = wanted.output.empty() ? into / shown(from) : target;
    refuse_if_there(output, wanted.force);
    begun.keep();

    std::int64_t total = 0;
    for (int const file : files) total += layout->file(file).size;
    Meter meter(total, wanted.quiet);
    Patience patience(wanted.timeout);
    bool late = false;
    for (int const file : files) {
      torrent.set_keep(file);
      auto const whole = [&] { return torrent.downloaded(file) == layout->file(file).size; };
      auto const show = [&] {
        std::int64_t got = 0;
        for (int const other : files) got += torrent.downloaded(other);
        late = patience.over(got);
        meter.show(got, torrent.status());
      };
      download.wait([&] { return late || whole(); }, 0s, stop, show);
      if (late) throw download.late(swarm::Errc::read_timeout);
      if (!whole()) return interrupted;
    }
    // Files without a byte are nobody's business in a swarm.
    for (int const file : files)
      if (layout->file(file).size == 0) {
        fs::create_directories(fs::path(torrent.path_on_disk(file)).parent_path());
        if (auto* made = std::fopen(torrent.path_on_disk(file).c_str(), "a")) std::fclose(made);
      }
  }
  fs::rename(from, output);
  fs::remove_all(part);
  if (!wanted.quiet) std::fprintf(stderr, "%s\n", plain(output.lexically_normal().string()).c_str());
  return done;
}

int run(std::vector<std::string> arguments, std::stop_token stop) {
  gboolean all = FALSE, quiet = FALSE, force = FALSE;
  int timeout = 0;
  g_autofree char* output = nullptr;
  GOptionEntry const entries[] = {
      {"output", 'o', 0, G_OPTION_ARG_FILENAME, &output, "Where to put it; - writes it to stdout as it comes", "FILE"},
      {"all", 'a', 0, G_OPTION_ARG_NONE, &all, "All files of the torrent", nullptr},
      {"force", 'f', 0, G_OPTION_ARG_NONE, &force, "Replace what is there", nullptr},
      {"timeout", 't', 0, G_OPTION_ARG_INT, &timeout, "Give up after so many seconds without a byte (0 = never)", "S"},
      {"quiet", 'q', 0, G_OPTION_ARG_NONE, &quiet, "Show no progress", nullptr},
      {nullptr, 0, 0, G_OPTION_ARG_NONE, nullptr, nullptr, nullptr}};
  auto const rest =
      parse(get, std::move(arguments), entries,
            "FILE is an index or a path in the torrent; without it, the film: the largest video, else the\n"
            "largest file. When it is interrupted, the same command goes on where it was.");
  if (rest.empty() || rest.size() > 2) throw Usage("Give a torrent, and which file of it if not the film.");
  if (all && rest.size() == 2) throw Usage("--all and a file exclude each other.");
  if (timeout < 0) throw Usage("--timeout must not be negative.");
  Wanted wanted{swarm::Locator::parse(rest[0]), all != 0, output ? output : "", quiet != 0, force != 0,
                std::chrono::seconds(timeout)};
  if (rest.size() == 2) wanted.locator.file = choice_of(rest[1]);
  if (wanted.output != "-") return to_disk(wanted, stop);
  if (all) throw Usage("Several files can't be written to stdout.");
  return to_pipe(wanted, stop);
}

}  // namespace

Command const get = {"get", "TORRENT [FILE]", "downloads a file, or writes it to a pipe", run};

}  // namespace cli
