// A stand-in for the hub, for tests: what its wire protocol says about reading,
// from files in memory. It is two servers, so that two origins exist: "hub",
// which knows the token, and "cdn", where the content of LFS files is and which
// refuses a request that shows a token.
#ifndef SN37_HUB_TESTING_STAND_IN_H_
#define SN37_HUB_TESTING_STAND_IN_H_

#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "sn37/hub/hub.h"
#include "sn37/hub/testing/http_server.h"

namespace sn37 {

// Safe from any thread.
class StandInHub {
 public:
  // With a token, everything at the hub needs it.
  explicit StandInHub(std::string token = "", size_t page_size = 1000);

  std::string endpoint() const { return hub_.origin(); }
  std::string cdn() const { return cdn_.origin(); }

  // Adds a file to a repository at a commit, and returns it as a listing says.
  HubFile Add(const HubRepo& repo, const std::string& path,
              const std::string& content, bool lfs);

  // Changes the next `times` answers to requests whose line, "hub GET <target>"
  // or "cdn GET <target>", begins with `line`.
  using Spoiler = std::function<void(TestAnswer& answer)>;
  void Spoil(const std::string& line, int times, Spoiler spoiler);

  // The lines of all requests so far, with their ranges:
  // "cdn GET /cdn/… bytes=5-".
  std::vector<std::string> Log() const;

  // How many requests to the other origin showed a token.
  int LeakedTokens() const;

 private:
  struct File {
    HubFile entry;
    std::string content;
  };
  struct Fault {
    std::string line;
    int times;
    Spoiler spoiler;
  };

  TestAnswer Handle(const std::string& server, const TestRequest& request);
  TestAnswer AnswerHub(const TestRequest& request);
  TestAnswer AnswerCdn(const TestRequest& request);
  TestAnswer Tree(const std::string& repo, const std::string& target) const;
  TestAnswer Resolve(const std::string& repo, const std::string& path) const;

  const std::string token_;
  const size_t page_size_;
  mutable std::mutex mutex_;  // guards what follows
  // By "/models/ns/name/<commit>" or "/datasets/…", then by path.
  std::map<std::string, std::map<std::string, File>> repos_;
  std::map<std::string, std::string> contents_;  // by the path at the cdn
  std::list<Fault> faults_;
  std::vector<std::string> log_;
  int leaked_tokens_ = 0;
  HttpServer cdn_;
  HttpServer hub_;
};

}  // namespace sn37

#endif  // SN37_HUB_TESTING_STAND_IN_H_
