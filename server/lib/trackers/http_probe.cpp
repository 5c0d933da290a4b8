// SPDX-License-Identifier: LGPL-2.1-or-later
// BEP 48: a scrape if there is a hash; else an announce of nothing, which every tracker answers with a failure.
#include "lib/trackers/conduct.hpp"
#include "lib/trackers/named_probe.hpp"
#include "lib/trackers/probe.hpp"

#include <libsoup/soup.h>

#include <utility>

namespace trackers {
namespace {

/// More of an answer says nothing more.
constexpr gsize most_bytes = 64 * 1024;

std::string escaped(Hash const& hash) {
  std::string text;
  for (auto const byte : hash) {
    char part[4];
    g_snprintf(part, sizeof part, "%%%02X", byte);
    text += part;
  }
  return text;
}

/// ".../announce?x" -> ".../scrape?x&info_hash=…"; the URL itself if the tracker can't be scraped.
std::string address_of(Question const& question) {
  auto const& url = question.url;
  auto const query = url.find('?');
  auto const slash = url.rfind('/', query);
  constexpr std::string_view announce = "/announce";
  if (!question.hash || slash == std::string::npos || url.compare(slash, announce.size(), announce) != 0) return url;
  auto made = url.substr(0, slash) + "/scrape" + url.substr(slash + announce.size());
  made += query == std::string::npos ? '?' : '&';
  return made + "info_hash=" + escaped(*question.hash);
}

class HttpProbe final : public NamedProbe<HttpProbe> {
 public:
  using NamedProbe::NamedProbe;
  ~HttpProbe() override {
    g_clear_object(&status_of_);
    g_object_unref(session_);
  }

  void ask(GInetAddress*) {
    g_autoptr(SoupMessage) message = new_request(question_, address_of(question_));
    if (!message) return tell("It is no announce URL.");
    status_of_ = SOUP_MESSAGE(g_object_ref(message));
    soup_session_send_async(
        session_, message, G_PRIORITY_DEFAULT, cancellable_,
        [](GObject* source, GAsyncResult* result, gpointer data) {
          std::unique_ptr<Step> step(static_cast<Step*>(data));
          g_autoptr(GError) error = nullptr;
          step->stream = soup_session_send_finish(SOUP_SESSION(source), result, &error);
          auto const self = step->probe.lock();
          if (!self) return;
          if (!step->stream) return self->tell(error->message);
          self->read(std::move(step));
        },
        new Step{weak_from_this()});
  }

 private:
  /// Each step's answer comes with this, which does not keep the probe alive.
  struct Step {
    std::weak_ptr<HttpProbe> probe;
    GInputStream* stream = nullptr;
    std::string bytes;
    ~Step() { g_clear_object(&stream); }
  };

  void read(std::unique_ptr<Step> step) {
    step->bytes.resize(most_bytes);
    auto* bare = step.release();
    g_input_stream_read_all_async(
        bare->stream, bare->bytes.data(), most_bytes, G_PRIORITY_DEFAULT, cancellable_,
        [](GObject* source, GAsyncResult* result, gpointer data) {
          std::unique_ptr<Step> const done(static_cast<Step*>(data));
          g_autoptr(GError) error = nullptr;
          gsize size = 0;
          g_input_stream_read_all_finish(G_INPUT_STREAM(source), result, &size, &error);
          done->bytes.resize(size);
          if (auto const self = done->probe.lock()) self->understand(done->bytes);
        },
        bare);
  }

  void understand(std::string const& body) {
    verdict_ = read_answer(static_cast<int>(soup_message_get_status(status_of_)), body, question_.hash);
    verdict_.resolves = true;
    verdict_.after = so_long();
    tell(verdict_.message);
  }

  SoupSession* session_ = new_session();
  SoupMessage* status_of_ = nullptr;
};

}  // namespace

std::shared_ptr<Probe> http_probe(Question const& question, std::string const& host, Probe::Done done) {
  auto const probe = std::make_shared<HttpProbe>(question, std::move(done));
  probe->begin(host);
  return probe;
}

}  // namespace trackers
