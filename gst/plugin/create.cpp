// SPDX-License-Identifier: LGPL-2.1-or-later
// TorrentSrc's data path.
#include "glib/ref.hpp"
#include "plugin/errors.hpp"
#include "plugin/log.hpp"
#include "plugin/messages.hpp"
#include "plugin/torrentsrc.hpp"
#include "swarm/error.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>

namespace plugin {

using glib::Ref;
using swarm::Reader;

namespace {

/// A buffer that is mapped for writing as long as this lives.
class Mapped {
 public:
  explicit Mapped(GstBuffer* buffer) : buffer_(buffer) {
    if (!gst_buffer_map(buffer, &map_, GST_MAP_WRITE))
      throw swarm::Error(swarm::Errc::disk, "A buffer could not be written to.");
  }
  Mapped(Mapped const&) = delete;
  Mapped& operator=(Mapped const&) = delete;
  ~Mapped() { gst_buffer_unmap(buffer_, &map_); }
  [[nodiscard]] std::span<std::byte> bytes() const { return {reinterpret_cast<std::byte*>(map_.data), map_.size}; }

 private:
  GstBuffer* buffer_;
  GstMapInfo map_;
};

/// Is the file in the folder, or in one below it?
bool lies_below(std::string const& folder, std::string const& file) {
  namespace fs = std::filesystem;
  std::error_code none;
  auto const canonical = [&](std::string const& path) { return fs::weakly_canonical(fs::absolute(path, none), none); };
  auto const relative = canonical(file).lexically_relative(canonical(folder));
  return !relative.empty() && *relative.begin() != "..";
}

/// Fills `into`: all of it if `whole`, else what can be had without waiting a second time. Returns the number of
/// bytes, short only at the end of the file; nullopt if cancelled.
std::optional<std::size_t> fill(GstElement* element, Reader& reader, std::span<std::byte> into, std::size_t done,
                                bool whole) {
  while (done < into.size()) {
    auto const rest = into.subspan(done);
    Reader::Result result{};
    try {
      result = whole || done == 0 ? reader.read(rest) : reader.try_read(rest);
    } catch (swarm::Error const& error) {
      if (error.code() != swarm::Errc::wrong_bytes) throw;
      // What is downstream can't be taken back; a decoder gets over it, a pipeline that ends does not.
      GST_ELEMENT_WARNING(element, RESOURCE, READ, ("%s", error.what()), (nullptr));
      continue;
    }
    if (result.outcome == Reader::Outcome::cancelled) return std::nullopt;
    if (result.outcome != Reader::Outcome::bytes) break;
    done += result.size;
  }
  return done;
}

}  // namespace

bool TorrentSrc::pulled() const {
  auto* pad = GST_BASE_SRC_PAD(element_);
  GST_OBJECT_LOCK(pad);
  bool const pulled = GST_PAD_MODE(pad) == GST_PAD_MODE_PULL;
  GST_OBJECT_UNLOCK(pad);
  return pulled;
}

// Backwards the base class goes on one whole block before this one, however much of it came.
bool TorrentSrc::wants_all() const {
  if (pulled()) return true;
  GST_OBJECT_LOCK(element_);
  bool const backwards = element_->segment.rate < 0;
  GST_OBJECT_UNLOCK(element_);
  return backwards;
}

GstFlowReturn TorrentSrc::create(std::uint64_t offset, std::uint64_t length, GstBuffer** buffer) noexcept {
  auto const reporter = opened().reporter;
  try {
    if (offset > static_cast<std::uint64_t>(G_MAXINT64)) return GST_FLOW_EOS;
    for (;;) {
      ReadGate::Pass const pass(gate_);
      if (!pass || !reporter) return GST_FLOW_FLUSHING;
      reporter->read_begins(static_cast<std::int64_t>(offset + length));
      auto const flow = read(pass.reader(), offset, length, buffer);
      damaged_ = false;
      reporter->read_ends(flow == GST_FLOW_OK ? static_cast<std::int64_t>(gst_buffer_get_size(*buffer)) : 0);
      if (flow == GST_FLOW_EOS) reporter->interrupted();
      // Nobody else would ask again in push mode, after fail_pending_reads().
      if (flow != GST_FLOW_FLUSHING || gate_.closed() || pulled()) return flow;
    }
  } catch (...) {
    swarm::Errc code{};
    auto const what = post_error(element(), &code);
    damaged_ = code == swarm::Errc::damaged;
    if (reporter) reporter->failed(what);
    return GST_FLOW_ERROR;
  }
}

GstFlowReturn TorrentSrc::read(Reader& reader, std::uint64_t offset, std::uint64_t length, GstBuffer** buffer) {
  auto const position = static_cast<std::int64_t>(offset);
  if (reader.position() != position) reader.seek(position);

  // Nobody knows the size of the file before the metadata are there, and a demuxer may ask for any length: the read
  // that waits for them is a small one.
  std::array<std::byte, 16 * 1024> head;
  std::size_t in_head = 0;
  if (!reader.size()) {
    auto const got =
        fill(element(), reader, std::span(head).first(std::min<std::size_t>(head.size(), length)), 0, false);
    if (!got) return GST_FLOW_FLUSHING;
    in_head = *got;
  }
  tell_size(reader);
  auto const size = static_cast<std::uint64_t>(reader.size().value_or(0));
  if (offset >= size) return GST_FLOW_EOS;
  length = std::min(length, size - offset);

  // In pull mode downstream may have brought a buffer of its own. It stays theirs: a reference would make it read-only.
  bool const given = *buffer != nullptr;
  if (given) length = std::min<std::uint64_t>(length, gst_buffer_get_size(*buffer));
  auto own = Ref<GstBuffer>::adopt(given ? nullptr : gst_buffer_new_allocate(nullptr, length, nullptr));
  auto* const out = given ? *buffer : own.get();
  if (!out) throw swarm::Error(swarm::Errc::disk, "There is no memory for a buffer.", "Set a smaller blocksize.");
  std::optional<std::size_t> got;
  {
    Mapped const mapped(out);
    in_head = std::min<std::size_t>(in_head, length);
    std::memcpy(mapped.bytes().data(), head.data(), in_head);
    got = fill(element(), reader, mapped.bytes().first(length), in_head, wants_all());
  }
  if (!got) return GST_FLOW_FLUSHING;
  if (*got == 0 && length > 0) return GST_FLOW_EOS;
  gst_buffer_set_size(out, static_cast<gssize>(*got));
  GST_BUFFER_OFFSET(out) = offset;
  GST_BUFFER_OFFSET_END(out) = offset + *got;
  if (own) *buffer = own.release();
  return GST_FLOW_OK;
}

/// GstBaseSrc never asks for the size a second time: as soon as it is known it is put where it belongs, and everybody
/// told. Only on the streaming thread, where the base class writes it too.
void TorrentSrc::tell_size(Reader const& reader) {
  auto const size = reader.size();
  if (!size) return;
  GST_OBJECT_LOCK(element_);
  bool const news = element_->segment.duration != static_cast<std::uint64_t>(*size);
  element_->segment.duration = static_cast<std::uint64_t>(*size);
  GST_OBJECT_UNLOCK(element_);
  if (news) gst_element_post_message(element(), gst_message_new_duration_changed(GST_OBJECT(element_)));
  if (std::exchange(told_, true)) return;
  if (auto const torrent = opened().torrent) tell_file(reader, *torrent);
}

void TorrentSrc::tell_file(Reader const& reader, swarm::Torrent const& torrent) {
  auto const metadata = torrent.metadata();
  auto const file = reader.file();
  if (!metadata || !file) return;
  GST_INFO_OBJECT(element_, "reads file %d, \"%s\"", *file, metadata->layout.file(*file).path.c_str());
  if (auto* tags = title_tags(metadata->layout.file(*file).path)) {
    if (pulled())  // nobody would see an event
      gst_element_post_message(element(), gst_message_new_tag(GST_OBJECT(element_), tags));
    else  // Goes out behind stream-start and segment. Not by gst_element_send_event(): that waits for state changes.
      GST_ELEMENT_GET_CLASS(element_)->send_event(element(), gst_event_new_tag(tags));
  }
  auto const wished = config();
  auto const path = torrent.path_on_disk(*file);  // empty: in memory
  constexpr auto advice =
      "save-path and storage count for the first who opens a torrent; its bytes stay where they are.";
  if (path.empty() && !wished.save_path.empty() && wished.storage != swarm::StorageKind::ram)
    post_warning(element(), "The torrent is open already, in memory.", advice);
  else if (!path.empty() && wished.storage == swarm::StorageKind::ram)
    post_warning(element(), "The torrent is open already, on disk: " + path, advice);
  else if (!path.empty() && !wished.save_path.empty() && !lies_below(wished.save_path, path))
    post_warning(element(), "The torrent is open already, in another folder: " + path, advice);
}

}  // namespace plugin
