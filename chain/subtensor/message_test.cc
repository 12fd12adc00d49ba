#include "chain/subtensor/message.h"

#include "chain/subtensor/rpc.h"
#include "gtest/gtest.h"

namespace sn37::chain {
namespace {

using nlohmann::json;

TEST(MessageTest, ParsesAnswers) {
  const struct {
    const char* text;
    uint64_t id;
    json result;
  } cases[] = {
      {R"({"jsonrpc":"2.0","id":0,"result":null})", 0, nullptr},
      {R"({"jsonrpc":"2.0","result":{"a":[1]},"id":7})", 7, {{"a", {1}}}},
      {R"({"jsonrpc":"2.0","id":9223372036854775807,"result":"0x"})",
       9223372036854775807u, "0x"},
      {R"({"jsonrpc":"2.0","id":1,"result":1,"error":null})", 1, 1},
  };
  for (const auto& c : cases) {
    const auto message = ParseMessage(c.text);
    ASSERT_TRUE(message.ok()) << message.status();
    const Answer& answer = std::get<Answer>(*message);
    EXPECT_EQ(answer.id, c.id);
    ASSERT_TRUE(answer.result.ok());
    EXPECT_EQ(*answer.result, c.result);
  }
}

TEST(MessageTest, ParsesErrors) {
  const auto message = ParseMessage(
      R"({"jsonrpc":"2.0","id":3,"error":{"code":1010,"message":"Invalid Transaction","data":"stale"}})");
  ASSERT_TRUE(message.ok()) << message.status();
  const Answer& answer = std::get<Answer>(*message);
  EXPECT_EQ(answer.id, 3u);
  EXPECT_EQ(GetRpcError(answer.result.status()),
            (RpcError{1010, "Invalid Transaction", "stale"}));
}

TEST(MessageTest, ParsesNotifications) {
  for (const json& id : {json("abc"), json(5)}) {
    const std::string begin =
        R"({"jsonrpc":"2.0","method":"chain_newHead","params":{"subscription":)" +
        id.dump();
    const auto value = ParseMessage(begin + R"(,"result":[1]}})");
    ASSERT_TRUE(value.ok()) << value.status();
    EXPECT_EQ(std::get<Notice>(*value).subscription, id);
    EXPECT_EQ(std::get<Notice>(*value).value.value(), json({1}));
    const auto end =
        ParseMessage(begin + R"(,"error":{"code":1,"message":"over"}}})");
    ASSERT_TRUE(end.ok()) << end.status();
    EXPECT_EQ(GetRpcError(std::get<Notice>(*end).value.status()),
              (RpcError{1, "over", nullptr}));
  }
}

TEST(MessageTest, TellsWhatIsWrong) {
  const struct {
    const char* text;
    const char* why;
  } cases[] = {
      {"", "error at byte"},
      {"[]", "not a JSON object"},
      {"nonsense", "error at byte"},
      {R"([{"jsonrpc":"2.0","id":0,"result":1}])", "not a JSON object"},
      {R"({"id":0,"result":1})", "\"jsonrpc\" is missing"},
      {R"({"jsonrpc":"1.0","id":0,"result":1})", "another version"},
      {R"({"jsonrpc":2.0,"id":0,"result":1})", "must be a string"},
      {R"({"jsonrpc":"2.0","result":1})", "\"id\" is missing"},
      {R"({"jsonrpc":"2.0","id":"1","result":1})", "must be an integer"},
      {R"({"jsonrpc":"2.0","id":-1,"result":1})", "must be an integer"},
      {R"({"jsonrpc":"2.0","id":1.0,"result":1})", "must be an integer"},
      {R"({"jsonrpc":"2.0","id":18446744073709551615,"result":1})",
       "must be an integer"},
      {R"({"jsonrpc":"2.0","id":null,"result":1})", "must be an integer"},
      {R"({"jsonrpc":"2.0","id":1})", "neither or both"},
      {R"({"jsonrpc":"2.0","id":1,"result":1,"error":{}})", "neither or both"},
      {R"({"jsonrpc":"2.0","id":1,"error":"no"})", "not a JSON object"},
      {R"({"jsonrpc":"2.0","id":1,"error":{"code":"1","message":""}})",
       "must be an integer"},
      {R"({"jsonrpc":"2.0","id":1,"error":{"code":1}})", "is missing"},
      {R"({"jsonrpc":"2.0","id":1,"id":2,"result":1})", "occurs twice"},
      {R"({"jsonrpc":"2.0","method":"m"})", "no object as params"},
      {R"({"jsonrpc":"2.0","method":"m","params":[]})", "no object as params"},
      {R"({"jsonrpc":"2.0","method":1,"params":{}})", "must be a string"},
      {R"({"jsonrpc":"2.0","method":"m","params":{"result":1}})",
       "no subscription"},
      {R"({"jsonrpc":"2.0","method":"m","params":{"subscription":[]}})",
       "no subscription"},
      {R"({"jsonrpc":"2.0","method":"m","params":{"subscription":"a"}})",
       "neither or both"},
  };
  for (const auto& c : cases) {
    const auto message = ParseMessage(c.text);
    EXPECT_EQ(message.status().code(), absl::StatusCode::kInternal) << c.text;
    EXPECT_NE(message.status().message().find(c.why), std::string::npos)
        << c.text << ": " << message.status();
  }
}

TEST(MessageTest, ErrorWithoutCallIsRefusalToTalk) {
  for (const char* id : {R"("id":null,)", ""}) {
    const auto message =
        ParseMessage(std::string(R"({"jsonrpc":"2.0",)") + id +
                     R"("error":{"code":-32029,"message":"Too many"}})");
    EXPECT_EQ(message.status(),
              absl::UnavailableError("the node answers -32029 Too many"));
  }
}

TEST(MessageTest, WritesRequests) {
  EXPECT_EQ(RequestText(4, "chain_getBlockHash", {0}),
            R"({"id":4,"jsonrpc":"2.0","method":"chain_getBlockHash",)"
            R"("params":[0]})");
}

}  // namespace
}  // namespace sn37::chain
