// A TCP server on the loopback with a thread for each connection: what the
// servers of this folder are made of.
#ifndef SN37_HUB_TESTING_LOOPBACK_SERVER_H_
#define SN37_HUB_TESTING_LOOPBACK_SERVER_H_

#include <functional>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "sn37/base/file.h"

namespace sn37 {

class LoopbackServer {
 public:
  // Listens at once. `serve` is called with each connection's socket, in a
  // thread of its own; the connection ends when it returns.
  explicit LoopbackServer(std::function<void(int fd)> serve);
  // Ends all connections: what `serve` waits for on its socket comes to an end.
  // Returns when all calls have returned; what they use must still be there.
  ~LoopbackServer();
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  int port() const { return port_; }

 private:
  void Accept();
  void Serve(int fd);

  const std::function<void(int fd)> serve_;
  const FileDescriptor listener_;
  int port_ = 0;

  std::mutex mutex_;  // guards what follows
  std::set<int> open_;
  std::vector<std::thread> connections_;

  std::thread accepting_;
};

}  // namespace sn37

#endif  // SN37_HUB_TESTING_LOOPBACK_SERVER_H_
