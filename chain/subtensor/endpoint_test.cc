#include "chain/subtensor/endpoint.h"

#include "gtest/gtest.h"

namespace sn37::chain {
namespace {

TEST(EndpointTest, Parses) {
  const struct {
    const char* text;
    const char* name;
    const char* target;
  } cases[] = {
      {"ws://127.0.0.1:9944", "ws://127.0.0.1:9944", "/"},
      {"wss://node.example", "wss://node.example:443", "/"},
      {"ws://localhost", "ws://localhost:80", "/"},
      {"wss://node.example:8443/KEY?a=b", "wss://node.example:8443",
       "/KEY?a=b"},
      {"ws://[::1]:9944/", "ws://[::1]:9944", "/"},
      {"ws://h:00080", "ws://h:80", "/"},
  };
  for (const auto& c : cases) {
    const auto endpoint = ParseEndpoint(c.text);
    ASSERT_TRUE(endpoint.ok()) << c.text;
    EXPECT_EQ(EndpointName(*endpoint), c.name);
    EXPECT_EQ(endpoint->target, c.target);
  }
}

TEST(EndpointTest, RefusesWhatIsNone) {
  for (const char* text :
       {"", "ws://", "http://h", "h:9944", "ws://h:0", "ws://h:65536",
        "ws://user@h", "ws://user:secret@h:1", "ws://h/a b", "ws://h/\n",
        "ws://h:1x", " ws://h", "ws://[::1", "ws://h\xff", "ws://h?q"}) {
    const auto endpoint = ParseEndpoint(text);
    EXPECT_EQ(endpoint.status().code(), absl::StatusCode::kInvalidArgument)
        << text;
    EXPECT_EQ(endpoint.status().message().find("secret"), std::string::npos);
  }
}

}  // namespace
}  // namespace sn37::chain
